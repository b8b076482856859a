/** Which ground is taken: convex quads of the placed blocks, tested by separating axes. */
import { type BlockPlan, stripQuads } from './plan.ts';

/** Blocks may touch where they join, metres. */
const TOLERANCE = 0.02;
const STEP = 8;

/** Corner coordinates of a block's ground, 8 numbers a quad. */
export function blockQuads(plan: BlockPlan): Float64Array {
  const out: number[] = [];
  for (const strip of plan.strips) stripQuads(strip, STEP, out);
  return Float64Array.from(out);
}

export function quadsOverlap(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i += 8) {
    for (let j = 0; j < b.length; j += 8) {
      if (apart(a, i, b, j, 1, 0) || apart(a, i, b, j, 0, 1)) continue;
      if (!separated(a, i, b, j) && !separated(b, j, a, i)) return true;
    }
  }
  return false;
}

/** Is there an edge of quad a whose normal separates the two? */
function separated(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
  for (let k = 0; k < 8; k += 2) {
    const l = (k + 2) % 8;
    const dx = a[i + l]! - a[i + k]!;
    const dy = a[i + l + 1]! - a[i + k + 1]!;
    const length = Math.hypot(dx, dy);
    if (length > 0 && apart(a, i, b, j, dy / length, -dx / length)) return true;
  }
  return false;
}

function apart(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  x: number,
  y: number,
): boolean {
  let aLow = Number.POSITIVE_INFINITY;
  let aHigh = -aLow;
  let bLow = aLow;
  let bHigh = -aLow;
  for (let k = 0; k < 8; k += 2) {
    const p = a[i + k]! * x + a[i + k + 1]! * y;
    const q = b[j + k]! * x + b[j + k + 1]! * y;
    if (p < aLow) aLow = p;
    if (p > aHigh) aHigh = p;
    if (q < bLow) bLow = q;
    if (q > bHigh) bHigh = q;
  }
  return aHigh - TOLERANCE < bLow || bHigh - TOLERANCE < aLow;
}
