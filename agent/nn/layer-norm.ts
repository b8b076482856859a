/** Layer normalisation over rows (Ba et al. 2016): y = gain ⊙ (x − mean)/√(var + ε) + shift. */

/** Added to the variance. */
export const NORM_EPSILON = 1e-5;

export interface NormRows {
  /** (n, m) */
  readonly out: Float32Array;
  /** Normalised rows before gain and shift, (n, m). */
  readonly xHat: Float32Array;
  readonly inverseStd: Float32Array;
}

/** `at`: where gain (m) then shift (m) start in `parameters`. */
export function normaliseRows(
  x: Float32Array,
  n: number,
  m: number,
  parameters: Float32Array,
  at: number,
): NormRows {
  const out = new Float32Array(n * m);
  const xHat = new Float32Array(n * m);
  const inverseStd = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const row = i * m;
    let mean = 0;
    for (let j = 0; j < m; j++) mean += x[row + j]!;
    mean /= m;
    let variance = 0;
    for (let j = 0; j < m; j++) variance += (x[row + j]! - mean) ** 2;
    const inverse = 1 / Math.sqrt(variance / m + NORM_EPSILON);
    inverseStd[i] = inverse;
    for (let j = 0; j < m; j++) {
      const hat = (x[row + j]! - mean) * inverse;
      xHat[row + j] = hat;
      out[row + j] = hat * parameters[at + j]! + parameters[at + m + j]!;
    }
  }
  return { out, xHat, inverseStd };
}

/** Turns `dy` (n, m) into dx in place; adds the gradients of gain and shift at `at`. */
export function normaliseRowsGradient(
  norm: NormRows,
  dy: Float32Array,
  n: number,
  m: number,
  parameters: Float32Array,
  gradients: Float32Array | undefined,
  at: number,
): void {
  const { xHat, inverseStd } = norm;
  for (let i = 0; i < n; i++) {
    const row = i * m;
    let sum = 0;
    let dot = 0;
    for (let j = 0; j < m; j++) {
      const d = dy[row + j]!;
      const hat = xHat[row + j]!;
      if (gradients) {
        gradients[at + j]! += d * hat;
        gradients[at + m + j]! += d;
      }
      const scaled = d * parameters[at + j]!;
      dy[row + j] = scaled;
      sum += scaled;
      dot += scaled * hat;
    }
    const inverse = inverseStd[i]!;
    for (let j = 0; j < m; j++)
      dy[row + j] = inverse * (dy[row + j]! - sum / m - (xHat[row + j]! * dot) / m);
  }
}
