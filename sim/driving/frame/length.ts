/**
 * √(x² + y²) without overflow, bit-identical to the engine's own `Math.hypot` (scaled by the larger
 * number, compensated as by Kahan 1965). `Math.hypot` itself boxes every argument.
 */
export function length2(x: number, y: number): number {
  const a = Math.abs(x);
  const b = Math.abs(y);
  if (a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY)
    return Number.POSITIVE_INFINITY;
  const max = a > b || Number.isNaN(a) ? a : b;
  if (max === 0) return 0;
  const m = a / max;
  const n = b / max;
  // The first of the two squares is added to 0 without rounding, so nothing has to be compensated.
  return Math.sqrt(m * m + n * n) * max;
}
