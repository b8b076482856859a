/** Whether the line is alive: a connection that carries nothing looks open for minutes. */

/** Time between looks, ms; a look sends a ping. */
export const BEAT_EVERY = 2000;
/** ms of silence after which the line counts as dead. The server says something every second. */
export const SILENCE = 10_000;

export interface Heartbeat {
  /** A new connection is begun. */
  start(now: number): void;
  /** Something came from the server. */
  heard(): void;
  /** Look; true: the line is dead. */
  isDead(now: number): boolean;
}

/**
 * A page that was frozen looks first and hears what had arrived afterwards. Silence therefore counts
 * from one look to the next: two looks without a message between, and long enough apart.
 */
export function createHeartbeat(): Heartbeat {
  let silentSince: number | undefined;
  return {
    start(now) {
      silentSince = now;
    },
    heard() {
      silentSince = undefined;
    },
    isDead(now) {
      if (silentSince === undefined) {
        silentSince = now;
        return false;
      }
      return now - silentSince >= SILENCE;
    },
  };
}
