/** An episode as what differs between two is found from. */

import { type Clip, POSE_SIZE } from '../../server/protocol/index.ts';
import type { Moving } from '../compare/differences.ts';

/** The agent alone (body 0) in the first `length` steps; undefined before they are fetched, or without an agent. */
export function movingOf(
  pieces: readonly (Clip | undefined)[],
  length: number,
  agent: number,
): Moving | undefined {
  const [first] = pieces;
  if (!first || agent < 0) return undefined;
  const rows = length + 1;
  const poses = new Float32Array(rows * POSE_SIZE);
  const costs = new Float32Array(rows);
  let at = 0;
  for (const piece of pieces) {
    if (at === rows) break;
    if (!piece) return undefined;
    const width = piece.poses.length / piece.rows;
    // Row 0 of a piece is the last of the piece before it.
    for (let i = at === 0 ? 0 : 1; i < piece.rows && at < rows; i++, at++) {
      const from = i * width + agent * POSE_SIZE;
      poses.set(piece.poses.subarray(from, from + POSE_SIZE), at * POSE_SIZE);
      costs[at] = piece.costs[i]!;
    }
  }
  return { rows, dt: first.dt, poses, costs };
}
