/** Polylines along lanes: the stations from which surfaces, kerbs and markings are built. */
import type { Lane } from '../contract.ts';

/** Farthest that a chord may leave its arc, metres. */
const SAGITTA = 0.03;

/** How many equal pieces make the arc between two stations look round at `radius` metres. */
export function arcPieces(lane: Lane, length: number, lateral: number): number {
  if (lane.curvature === 0) return 1;
  const radius = Math.abs(1 / lane.curvature - lateral);
  const step = Math.sqrt(8 * Math.max(radius, 2) * SAGITTA);
  return Math.max(1, Math.ceil((length * Math.abs(1 - lane.curvature * lateral)) / step));
}

/** Stations from `from` to `to` metres, ends included. */
export function stations(lane: Lane, from: number, to: number, lateral = 0): number[] {
  const pieces = arcPieces(lane, to - from, lateral);
  return Array.from({ length: pieces + 1 }, (_, i) => from + ((to - from) * i) / pieces);
}
