/** Signs of life at the broker, of learners, actors and gateways alike. */

/** ms between two of them, and without one until an actor counts as gone. */
export const BEAT_EVERY = 1000;
export const GONE_AFTER = 5000;
/**
 * Looks, one for each sign, after which a learner or gateway that gave none is gone. Not time: who was busy or asleep
 * looks first and hears afterwards what had arrived meanwhile.
 */
export const GONE_LOOKS = 5;
