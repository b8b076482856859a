/** Diagonal Gaussians over actions, squashed by tanh where the learner asks for it. */

/** Range of the log standard deviation of network-made Gaussians (PEBBLE's SAC). */
export const LOG_STD_MIN = -5;
export const LOG_STD_MAX = 2;

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);
const LOG_2 = Math.log(2);

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
