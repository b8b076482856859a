/** From a moment of a run, such as a point of a curve, to the episode that was driven then. */
import type { EpisodeReply } from '../../server/protocol/index.ts';
import type { Moment } from './moment.ts';

/** The episodes that began last before a moment and first after it, as far as they are kept. */
export interface Around {
  readonly before: EpisodeReply | undefined;
  readonly after: EpisodeReply | undefined;
}

export interface Nearest {
  readonly moment: Moment;
  /** When it began, ms since epoch. */
  readonly startedAt: number;
  /** Whether it went on at that moment, rather than before or after it. */
  readonly isThen: boolean;
}

/** An episode that began so long before counts as the one that went on, ms: rollouts come between live ones. */
const RECENT = 60_000;

/** `time` in ms since epoch, `controlDt` in s; undefined: no episode is kept. */
export function nearest(
  { before, after }: Around,
  time: number,
  controlDt: number,
): Nearest | undefined {
  const since = before ? time - before.startedAt : Number.POSITIVE_INFINITY;
  const until = after ? after.startedAt - time : Number.POSITIVE_INFINITY;
  const row = since <= Math.max(until, RECENT) ? before : after;
  if (!row) return undefined;
  const { id, startedAt, length, live } = row;
  // Rollouts go as fast as they can: where in them a moment was is not known.
  const step = live ? Math.round((time - startedAt) / 1000 / controlDt) : 0;
  const isThen = row === before && since <= Math.max(RECENT, 1000 * controlDt * length);
  const last = Math.max(0, length - 1);
  return { moment: { episodeId: id, step: Math.min(last, Math.max(0, step)) }, startedAt, isThen };
}
