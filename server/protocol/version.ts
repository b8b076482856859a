/** Version of the wire; server and page must agree exactly. Raised by any incompatible change. */
export const PROTOCOL_VERSION = 4;

/** WebSocket subprotocol: a mismatch is refused in the handshake. */
export const SUBPROTOCOL = `reins-v${PROTOCOL_VERSION}`;

export const WEBSOCKET_PATH = '/ws';

/** Limits of one connection. Beyond them the message is refused, not the connection. */
export const LIMITS = {
  /** Bytes of one client message. */
  messageBytes: 64 * 1024,
  /** JSON messages per second (token bucket, burst twice that). */
  messagesPerSecond: 50,
  /** Binary control inputs per second. */
  inputsPerSecond: 120,
  /** Bytes buffered for a slow viewer before frames are dropped. */
  bufferedBytes: 1024 * 1024,
  /** Characters of free text in a reason or tag. */
  textLength: 500,
} as const;

/** Live simulations of a run, at most. */
export const MOST_LIVE = 16;

/** Seconds without input after which an operator loses control, of the wall clock and of the simulation. */
export const WATCHDOG_SECONDS = 0.5;

/** An input for a picture that is older than this has no effect, s of the simulation. */
export const STALE_SECONDS = 0.5;

/** Whether an input given at step `seen` of an episode, which is at step `now`, is too old to act. */
export function isStale(seen: number, now: number, controlDt: number): boolean {
  return (now - seen) * controlDt > STALE_SECONDS + 1e-9;
}

/** Close codes for errors that end a connection. */
export const CLOSE = {
  protocolMismatch: 4001,
  shuttingDown: 4002,
  replaced: 4003,
  helloMissing: 4004,
  /** The login with which the page came in is not worth the same any more. */
  signedOut: 4005,
} as const;

/** How people oversee a live simulation: they allow what is risky, may take over, or are kept out of it. */
export const OVERSIGHT_MODES = ['in', 'on', 'out'] as const;
export type OversightMode = (typeof OVERSIGHT_MODES)[number];

/**
 * What becomes of what people are asked: allowed or not; a call that was declined; nobody answered in time; somebody took
 * over; the agent no longer asks; the episode ended, it was stopped, or is overseen otherwise.
 */
export const ASK_OUTCOMES = [
  'allow',
  'deny',
  'decline',
  'lapse',
  'taken-over',
  'withdrawn',
  'ended',
] as const;
export type AskOutcome = (typeof ASK_OUTCOMES)[number];
