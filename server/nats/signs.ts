/** Signs of life at the broker, of learners, actors and gateways alike. */

/** ms between two of them, and without one until somebody counts as gone. */
export const BEAT_EVERY = 1000;
export const GONE_AFTER = 5000;
