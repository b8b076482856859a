/**
 * Gaussian whose samples are clipped to [−1, 1]: an action at a bound stands for everything beyond
 * it. Its exact likelihood (Fujita & Maeda 2018, "Clipped action policy gradient", eq. 6) lets
 * policy gradients work from the clipped actions that were executed and recorded.
 */
import { hazard, logUpperTail, normalLogDensity } from './gaussian.ts';

/** How near to a bound counts as clipped: float32 rounding of the scaling to and fro. */
const EDGE = 1 - 1e-5;

/** Log-likelihood and its derivatives for one axis; reused. */
export interface Likelihood {
  logProb: number;
  dMean: number;
  dLogStd: number;
}

export function censoredLikelihood(
  action: number,
  mean: number,
  logStd: number,
  out: Likelihood,
): void {
  const std = Math.exp(logStd);
  if (action >= EDGE) {
    const z = (1 - mean) / std;
    const h = hazard(z);
    out.logProb = logUpperTail(z);
    out.dMean = h / std;
    out.dLogStd = h * z;
  } else if (action <= -EDGE) {
    const z = (1 + mean) / std;
    const h = hazard(z);
    out.logProb = logUpperTail(z);
    out.dMean = -h / std;
    out.dLogStd = h * z;
  } else {
    const z = (action - mean) / std;
    out.logProb = normalLogDensity(z, logStd);
    out.dMean = z / std;
    out.dLogStd = z * z - 1;
  }
}
