/**
 * √(x² + y²) without overflow, to the last bit what the engine's own `Math.hypot` says (scaled
 * by the larger, compensated as by Kahan 1965), which boxes every number it is given.
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
  // Of two squares the first is added to 0, which rounds nothing that would have to be compensated.
  return Math.sqrt(m * m + n * n) * max;
}
