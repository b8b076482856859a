/** Which steps a person's key press is about (Knox & Stone 2009): those shown a moment before it. */
import type { Episode } from '../../contract.ts';

export interface CreditConfig {
  /** Delays, in seconds, between a step on screen and the key that judges it: uniform in between. */
  readonly minDelay: number;
  readonly maxDelay: number;
}

/** Calls `visit(step, weight)` for every step of the window; weights sum to at most 1. */
export function creditedSteps(
  episode: Episode,
  step: number,
  controlDt: number,
  config: CreditConfig,
  visit: (step: number, weight: number) => void,
): void {
  const { minDelay, maxDelay } = config;
  if (episode.length === 0) return;
  // Of an episode that has just begun the key is about the first step: no earlier one was seen.
  if (step * controlDt <= minDelay + 1e-9) {
    visit(0, 1);
    return;
  }
  const width = maxDelay - minDelay;
  if (width <= 0) {
    const at = step - Math.round(minDelay / controlDt);
    if (at >= 0 && at < episode.length) visit(at, 1);
    return;
  }
  // Step i is on screen from (step − i) · dt before the key until one dt later.
  const first = Math.max(0, step - Math.ceil(maxDelay / controlDt));
  for (let i = first; i <= Math.min(step, episode.length - 1); i++) {
    const shownFrom = (step - i) * controlDt;
    const overlap = Math.min(maxDelay, shownFrom) - Math.max(minDelay, shownFrom - controlDt);
    if (overlap > 1e-9) visit(i, overlap / width);
  }
}
