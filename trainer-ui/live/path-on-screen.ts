/** Which predicted path goes with the picture. */
import type { Frame, PredictedPath } from '../../server/protocol/index.ts';

/** How long a path is drawn around its step, s of simulated time; longer when the simulation is sped up. */
const FRESH = 1;

/** The path, if it is of the episode on screen and of a moment near it; `controlDt` in s. */
export function pathOnScreen(
  path: PredictedPath | undefined,
  shown: Pick<Frame, 'episodeNumber' | 'step' | 'speed'>,
  controlDt: number,
): PredictedPath | undefined {
  if (!path || path.episodeNumber !== shown.episodeNumber) return undefined;
  const apart = Math.abs(path.step - shown.step) * controlDt;
  return apart <= FRESH * Math.max(1, shown.speed) ? path : undefined;
}
