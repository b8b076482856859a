/**
 * Roads as the rest of the driving world sees them: a graph of lanes with exact geometry.
 * Plane coordinates (x, y) in metres, headings in radians, counter-clockwise from +x.
 */
import type { MeshData, StaticBody } from '../../contract.ts';

/** What is painted or built along a lane's edge. */
export type LineKind = 'none' | 'broken' | 'continuous' | 'kerb';

/** Result of projecting a point on a lane; reused by the caller. */
export interface LanePosition {
  /** Metres along the centre line from the lane's start; may be < 0 or > length. */
  s: number;
  /** Metres from the centre line, positive to the left. */
  lateral: number;
}

export interface Lane {
  /** Index in `RoadMap.lanes`. */
  readonly id: number;
  /** Road (directed, between two nodes) it belongs to; lanes of a road are neighbours. */
  readonly road: number;
  /** 0 = leftmost lane of its road. */
  readonly index: number;
  readonly length: number;
  readonly width: number;
  /** Straight: 0; otherwise signed 1/radius, positive turns left. Constant per lane. */
  readonly curvature: number;
  readonly leftLine: LineKind;
  readonly rightLine: LineKind;
  readonly leftLineColour: 'white' | 'yellow';
  /** m/s */
  readonly speedLimit: number;
  /** Lane ids. */
  readonly successors: readonly number[];
  readonly predecessors: readonly number[];
  /** True inside a junction (crossing, roundabout ring and its arcs): no lines are painted there. */
  readonly junction: boolean;
  /** What following this lane does; 'left' and 'right' only inside junctions and on ramps. */
  readonly turn: 'straight' | 'left' | 'right';
  /**
   * The successors that a law-abiding driver picks from (turn left from the left lane, right from the
   * right one); a subset of `successors`, empty only if those are. `successors` allows every lane every turn.
   */
  readonly trafficSuccessors: readonly number[];
  /** Neighbour of the same road and direction, or -1. */
  readonly left: number;
  readonly right: number;
  /** Lanes whose traffic this lane must give way to (inside or before junctions). */
  readonly yieldTo: readonly number[];
  /** Lanes whose surface crosses this one (junction interiors). */
  readonly conflicts: readonly number[];
  readonly startX: number;
  readonly startY: number;
  readonly startHeading: number;
  /** The lane's row of `RoadMap.courses`, columns `C` without `block` and `crossed`. */
  readonly course: Float64Array;
  /** Centre-line point at `s` shifted left by `lateral`; writes x, y to out[0], out[1]. */
  pointAt(s: number, lateral: number, out: Float64Array): void;
  /** startHeading + curvature·s, not wrapped. */
  headingAt(s: number): number;
  project(x: number, y: number, out: LanePosition): void;
}

export interface Road {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** Road of the opposite direction beside it, or -1. */
  readonly opposite: number;
  /** Lane ids from left to right. */
  readonly lanes: readonly number[];
  /** Index into RoadMap.blocks. */
  readonly block: number;
  readonly length: number;
}

export interface Block {
  /** F first, S straight, C curve, r on-ramp, R off-ramp, X intersection, T T-intersection, O roundabout, y merge, Y split. */
  readonly kind: string;
  readonly roads: readonly number[];
}

/** The way from spawn to destination as roads in order; `checkpoints` are road ends. */
export interface Route {
  readonly roads: readonly number[];
  readonly length: number;
  /** Metres of route before the start of roads[i]. */
  readonly offsets: readonly number[];
}

export interface RoadMap {
  readonly seed: number;
  readonly blocks: readonly Block[];
  readonly roads: readonly Road[];
  readonly lanes: readonly Lane[];
  /** (lanes, COURSE_STRIDE): where the lanes lie, for per-step code; see `course.ts`. */
  readonly courses: Float64Array;
  readonly laneWidth: number;
  /** Lanes where an episode may start, and the destination node. */
  readonly spawnLanes: readonly number[];
  readonly destination: number;
  /** Shortest route from a road to the destination node; undefined when unreachable. */
  route(fromRoad: number): Route | undefined;
  /**
   * Lanes whose surface (width plus `margin`) contains the point, nearest centre first, into `out`;
   * returns how many. Uses a spatial index; allocates nothing.
   */
  lanesAt(x: number, y: number, margin: number, out: Int32Array): number;
  /** Axis-aligned bounds of all surfaces. */
  readonly bounds: {
    readonly minX: number;
    readonly minY: number;
    readonly maxX: number;
    readonly maxY: number;
  };
}

export interface MapOptions {
  /** Blocks after the first one. */
  readonly blocks: number;
  /** Names blocks explicitly, e.g. "SCXTO"; overrides `blocks`. */
  readonly sequence?: string;
  readonly lanes: number;
  readonly laneWidth: number;
}

/** Roads, kerbs, markings, rails, signs and scenery ready to draw. */
export interface RoadScenery {
  readonly statics: readonly StaticBody[];
  readonly meshes: Readonly<Record<string, MeshData>>;
}
