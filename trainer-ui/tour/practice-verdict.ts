/** What is said to an answer of a practice question. */
import type { Clip, EndReason } from '../../server/protocol/index.ts';
import { clipSummary } from '../compare/clip-summary.ts';

export interface Practised {
  /** By the environment's own reward. */
  readonly better: 'a' | 'b';
  readonly clips: readonly [Clip, Clip];
}

/** Right or not, and what the environment says of both. */
export function verdict(
  /** Which was called better; undefined: neither. */
  choice: string | undefined,
  { better, clips }: Practised,
  endReasons: readonly EndReason[] | undefined,
): string {
  const side = better === 'a' ? 'left' : 'right';
  const said =
    choice === better
      ? `Yes, the ${side} one.`
      : `The environment’s own reward says: the ${side} one. Look again.`;
  const [left, right] = clips.map((clip) => clipSummary(clip, endReasons));
  return `${said} Left: ${left}. Right: ${right}.`;
}
