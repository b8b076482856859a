/** Polylines along lanes: the stations from which surfaces, kerbs and markings are built. */
import type { Lane } from '../contract.ts';

/** Farthest that a chord may leave its arc, metres. */
const SAGITTA = 0.03;

/** How many equal pieces make the arc between two stations look round at `radius` metres. */
function arcPieces(curvature: number, length: number, lateral: number): number {
  if (curvature === 0) return 1;
  const radius = Math.abs(1 / curvature - lateral);
  const step = Math.sqrt(8 * Math.max(radius, 2) * SAGITTA);
  return Math.max(1, Math.ceil((length * Math.abs(1 - curvature * lateral)) / step));
}

/** Metres between stations where width or height change. */
const PROFILE_STEP = 2;

/** Stations from `from` to `to` metres, ends included. */
export function stations(lane: Lane, from: number, to: number, lateral = 0): number[] {
  if (lane.pieces.length > 0) return stationsOfPieces(lane, from, to, lateral);
  const pieces = arcPieces(lane.curvature, to - from, lateral);
  return Array.from({ length: pieces + 1 }, (_, i) => from + ((to - from) * i) / pieces);
}

function stationsOfPieces(lane: Lane, from: number, to: number, lateral: number): number[] {
  const all = [from];
  for (const piece of lane.pieces) {
    const start = Math.max(from, piece.from);
    const length = Math.min(to, piece.from + piece.length) - start;
    if (length <= 0) continue;
    const round = arcPieces(piece.curvature, length, lateral);
    const count = lane.profile ? Math.max(round, Math.ceil(length / PROFILE_STEP)) : round;
    for (let i = 1; i <= count; i++) all.push(start + (length * i) / count);
  }
  all[all.length - 1] = to;
  return all;
}
