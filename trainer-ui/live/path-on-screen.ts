/** Which predicted path goes with the picture. */
import type { Frame, PredictedPath } from '../../server/protocol/index.ts';

/** A path is drawn for so long around its step, s of the simulation; longer when that is sped up. */
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
