/** How long somebody has answered without a rest, how fast, and when to remind them of one. */

/** ms of answering after which a rest is due. */
export const REST_AFTER = 25 * 60_000;
/** ms without an answer that are a rest. */
export const REST = 5 * 60_000;
/** ms for which "later" is. */
export const LATER = 10 * 60_000;
/** ms of the newest pace. */
const NEWEST = 5 * 60_000;

/** Answers without a rest between them. */
export interface Stretch {
  /** ms since the first of them. */
  readonly lasts: number;
  readonly answers: number;
  /** Answers a minute, of all and of the last five minutes. */
  readonly pace: number;
  readonly newestPace: number;
}

/** `times` of answers in ms since epoch, oldest first; undefined: none goes on now. */
export function stretchOf(times: readonly number[], now: number): Stretch | undefined {
  let first = now;
  let answers = 0;
  let newest = 0;
  for (const time of times.toReversed()) {
    if (first - time >= REST) break;
    first = time;
    answers++;
    if (now - time < NEWEST) newest++;
  }
  if (answers === 0) return undefined;
  const lasts = now - first;
  const aMinute = (count: number, ms: number) => count / Math.max(0.25, ms / 60_000);
  return {
    lasts,
    answers,
    pace: aMinute(answers, lasts),
    newestPace: aMinute(newest, Math.min(lasts, NEWEST)),
  };
}

/** `notBefore`: ms since epoch up to which nobody wants to hear of it. */
export const isRestDue = (stretch: Stretch | undefined, now: number, notBefore: number): boolean =>
  stretch !== undefined && stretch.lasts >= REST_AFTER && now >= notBefore;
