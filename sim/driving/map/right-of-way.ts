/** Which lanes cross, and who goes first. */
import type { Lane, LanePosition } from './contract.ts';

/** A lane while it is being linked. */
export interface OpenLane extends Lane {
  readonly successors: number[];
  readonly predecessors: number[];
  readonly trafficSuccessors: number[];
  readonly yieldTo: number[];
  readonly conflicts: number[];
}

/** The lower rank goes first; equal ranks have no rule. Ranks form a total order: no circle of waiting. */
export interface RankedLane {
  readonly lane: OpenLane;
  readonly rank: number;
}

/** Centre lines nearer than this many lane widths cannot be used at once. */
const CLEARANCE = 0.85;
/** Metres between samples of a lane. */
const STEP = 2;

/**
 * Fills `conflicts` of every pair that crosses or merges, and `yieldTo` of the one that waits:
 * it waits for cars on those lanes and cars about to enter them.
 */
export function addRightOfWay(ranked: readonly RankedLane[]): void {
  for (let i = 0; i < ranked.length; i++) {
    const a = ranked[i]!;
    for (let j = i + 1; j < ranked.length; j++) {
      const b = ranked[j]!;
      if (!cross(a.lane, b.lane)) continue;
      a.lane.conflicts.push(b.lane.id);
      b.lane.conflicts.push(a.lane.id);
      if (a.rank > b.rank) a.lane.yieldTo.push(b.lane.id);
      else if (b.rank > a.rank) b.lane.yieldTo.push(a.lane.id);
    }
  }
}

const point = new Float64Array(2);
const position: LanePosition = { s: 0, lateral: 0 };

function cross(a: OpenLane, b: OpenLane): boolean {
  // Lanes that fork from one lane, or run one into the other, are left to car following.
  if (a.predecessors.some((id) => b.predecessors.includes(id))) return false;
  if (a.successors.includes(b.id) || b.successors.includes(a.id)) return false;
  const limit = CLEARANCE * 0.5 * (a.width + b.width);
  const pieces = Math.ceil(a.length / STEP);
  for (let i = 0; i <= pieces; i++) {
    a.pointAt((a.length * i) / pieces, 0, point);
    b.project(point[0]!, point[1]!, position);
    // Beyond b's ends the conflict belongs to other lanes.
    if (position.s < -0.01 || position.s > b.length + 0.01) continue;
    if (Math.abs(position.lateral) < limit) return true;
  }
  return false;
}
