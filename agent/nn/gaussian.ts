/** Diagonal Gaussians over actions, squashed by tanh where the learner asks for it. */

/** Range of the log standard deviation of network-made Gaussians (PEBBLE's SAC). */
export const LOG_STD_MIN = -5;
export const LOG_STD_MAX = 2;

export const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);
export const LOG_2 = Math.log(2);

/** Raw network output -> log standard deviation, smoothly bounded: min + ½(max − min)(tanh x + 1). */
export function boundLogStd(raw: number): number {
  return LOG_STD_MIN + 0.5 * (LOG_STD_MAX - LOG_STD_MIN) * (Math.tanh(raw) + 1);
}

/** d boundLogStd / d raw, from the bounded value. */
export function boundLogStdGradient(logStd: number): number {
  const t = (2 * (logStd - LOG_STD_MIN)) / (LOG_STD_MAX - LOG_STD_MIN) - 1;
  return 0.5 * (LOG_STD_MAX - LOG_STD_MIN) * (1 - t * t);
}

/** log N(mean + std·noise; mean, std) for one dimension. */
export function normalLogDensity(noise: number, logStd: number): number {
  return -0.5 * noise * noise - logStd - HALF_LOG_TAU;
}

/** log(1 − tanh²(u)), stable for large |u| (SAC, appendix C; the form of Haarnoja's code). */
export function logTanhDerivative(u: number): number {
  return 2 * (LOG_2 - u - softplus(-2 * u));
}

export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/**
 * log P(Z > z) of a standard normal, with a relative error of the probability below 1.2e-7 also far
 * out in the tails (erfc by Chebyshev fitting, Numerical Recipes §6.2).
 */
export function logUpperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const series =
    -1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t *
                      (0.27886807 +
                        t *
                          (-1.13520398 +
                            t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const logTail = Math.log(0.5 * t) - x * x + series;
  return z >= 0 ? logTail : Math.log1p(-Math.exp(logTail));
}

/** φ(z)/P(Z > z), the derivative of −logUpperTail. */
export function hazard(z: number): number {
  return Math.exp(-0.5 * z * z - HALF_LOG_TAU - logUpperTail(z));
}
