/**
 * A block before it is placed for good: plain data, so that the search for a layout without
 * overlaps can throw plans away. `network.ts` turns accepted plans into roads and lanes.
 */
import type { Random } from '../../random.ts';
import type { LineKind } from './contract.ts';
import { type Frame, offset, type Path, parallel, reversePath } from './frame.ts';

/** Where the next block joins: the centre line of a two-way road. Nodes are local to the plan. */
export interface Socket {
  readonly frame: Frame;
  /** Lanes per direction. */
  readonly lanes: number;
  /** Node where traffic towards the next block arrives, and where traffic from it leaves. */
  readonly forward: number;
  readonly backward: number;
}

export interface RoadPlan {
  readonly from: number;
  readonly to: number;
  /** From left to right. */
  readonly lanes: readonly Path[];
  readonly left: LineKind;
  readonly right: LineKind;
  /** Between neighbours of this road; default 'broken'. */
  readonly inner?: LineKind;
  readonly leftColour?: 'white' | 'yellow';
  readonly junction?: boolean;
  readonly turn?: 'straight' | 'left' | 'right';
  /** Right of way where lanes meet: the lower number goes first; equal: no rule. */
  readonly rank?: number;
  /** Ranks of single lanes, where they differ from the road's. */
  readonly laneRanks?: readonly number[];
  /** Which lanes law-abiding traffic may use for this turn; default all. */
  readonly legal?: readonly boolean[];
  /** The last lane leaves or joins its neighbour within this road. */
  readonly taper?: boolean;
  /** Index into the plan's roads of the opposite direction. */
  readonly opposite?: number;
}

/** Ground that a block occupies: a band along a path from `left` to `right` metres (left positive). */
export interface Strip {
  readonly path: Path;
  readonly left: number;
  readonly right: number;
}

export interface BlockPlan {
  readonly kind: string;
  readonly roads: readonly RoadPlan[];
  readonly strips: readonly Strip[];
  /** Possible continuations; the search picks one. */
  readonly exits: readonly Socket[];
  readonly nodes: number;
}

/** What a block needs to know to plan itself. Entry nodes are 0 (forward) and 1 (backward). */
export interface BlockInput {
  readonly frame: Frame;
  readonly lanes: number;
  readonly laneWidth: number;
  readonly random: Random;
}

/** Widest band beside the lanes that belongs to a road (kerb, sidewalk), metres. */
export const SHOULDER = 3;

/** Collects roads, strips and nodes of one block. */
export interface Planner {
  readonly input: BlockInput;
  node(): number;
  road(plan: RoadPlan): number;
  strip(path: Path, left: number, right: number): void;
  /** Parallel lanes right of a centre line driven along `path`. */
  bundle(path: Path, lanes: number): Path[];
  /** Both directions along a centre line; returns the index of the forward road. */
  twoWay(
    path: Path,
    lanes: number,
    forward: readonly [number, number],
    backward: readonly [number, number],
  ): number;
  finish(kind: string, exits: readonly Socket[]): BlockPlan;
}

export function createPlanner(input: BlockInput): Planner {
  const roads: RoadPlan[] = [];
  const strips: Strip[] = [];
  let nodes = 2;
  const w = input.laneWidth;

  const planner: Planner = {
    input,
    node: () => nodes++,
    road: (plan) => roads.push(plan) - 1,
    strip: (path, left, right) => {
      strips.push({ path, left: left + SHOULDER, right: right - SHOULDER });
    },
    bundle: (path, lanes) =>
      Array.from({ length: lanes }, (_, i) => parallel(path, -(i + 0.5) * w)),
    twoWay: (path, lanes, forward, backward) => {
      const edge = { left: 'continuous', right: 'kerb', leftColour: 'yellow' } as const;
      const index = planner.road({
        ...edge,
        from: forward[0],
        to: forward[1],
        lanes: planner.bundle(path, lanes),
        opposite: roads.length + 1,
      });
      planner.road({
        ...edge,
        from: backward[0],
        to: backward[1],
        lanes: planner.bundle(reversePath(path), lanes),
        opposite: index,
      });
      planner.strip(path, lanes * w, -lanes * w);
      return index;
    },
    finish: (kind, exits) => ({ kind, roads, strips, exits, nodes }),
  };
  return planner;
}

/** Corners (x, y) × 4 of a strip's pieces, each at most `step` metres long, appended to `out`. */
export function stripQuads(strip: Strip, step: number, out: number[]): void {
  const { path } = strip;
  const pieces = Math.max(1, Math.ceil(path.length / step));
  for (let i = 0; i < pieces; i++) {
    const a = along(path, (path.length * i) / pieces);
    const b = along(path, (path.length * (i + 1)) / pieces);
    for (const [frame, lateral] of [
      [a, strip.right],
      [b, strip.right],
      [b, strip.left],
      [a, strip.left],
    ] as const) {
      const corner = offset(frame, 0, lateral);
      out.push(corner.x, corner.y);
    }
  }
}

function along(path: Path, s: number): Frame {
  if (path.curvature === 0) return offset(path, s, 0);
  const angle = s * path.curvature;
  return offset(
    path,
    Math.sin(angle) / path.curvature,
    (1 - Math.cos(angle)) / path.curvature,
    angle,
  );
}
