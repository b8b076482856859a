/**
 * Roads as the rest of the driving world sees them: a graph of lanes with exact geometry.
 * Plane coordinates (x, y) in metres, headings in radians, counter-clockwise from +x.
 */
import type { MeshData, StaticBody } from '../../contract.ts';

/** What is painted or built along a lane's edge. */
export type LineKind = 'none' | 'broken' | 'continuous' | 'kerb';

export type LineColour = 'white' | 'yellow';

/** Result of projecting a point on a lane; reused by the caller. */
export interface LanePosition {
  /** Metres along the centre line from the lane's start; may be < 0 or > length. */
  s: number;
  /** Metres from the centre line, positive to the left. */
  lateral: number;
}

/** A line or arc within a lane. */
export interface LanePiece {
  /** Metres of lane before it. */
  readonly from: number;
  readonly length: number;
  /** Signed 1/radius, positive turns left; 0: straight. */
  readonly curvature: number;
}

/** What changes along a lane, linear between stations; per station s, then the values. All ascending in s. */
export interface LaneProfile {
  readonly s: Float64Array;
  /** Metres. */
  readonly width: Float64Array;
  /** Height of the centre line, metres. */
  readonly height: Float64Array;
  /** Rise per metre to the left. */
  readonly bank: Float64Array;
}

export interface Lane {
  /** Index in `RoadMap.lanes`. */
  readonly id: number;
  /** Road (directed, between two nodes) it belongs to; lanes of a road are neighbours. */
  readonly road: number;
  /** 0 = leftmost lane of its road. */
  readonly index: number;
  readonly length: number;
  /** Metres; where it changes along the lane, the widest: `widthAt` knows. */
  readonly width: number;
  /** Straight: 0; otherwise signed 1/radius, positive turns left. Of a lane of several pieces the mean one, never 0. */
  readonly curvature: number;
  /** Lines and arcs in order, where the lane has several. */
  readonly pieces: readonly LanePiece[];
  /** Where width changes or the ground is not flat. */
  readonly profile: LaneProfile | undefined;
  readonly leftLine: LineKind;
  readonly rightLine: LineKind;
  readonly leftLineColour: LineColour;
  readonly rightLineColour: LineColour;
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
  /** The lane's row of `RoadMap.courses`, columns `C` without `block` and `crossed`, and the rows of its pieces. */
  readonly course: Float64Array;
  /** Centre-line point at `s` shifted left by `lateral`; writes x, y to out[0], out[1]. */
  pointAt(s: number, lateral: number, out: Float64Array): void;
  /** Not wrapped. */
  headingAt(s: number): number;
  project(x: number, y: number, out: LanePosition): void;
  /** Metres at `s`. */
  widthAt(s: number): number;
  /** Height of the ground, metres, at `s` and `lateral` metres to the left of the centre line. */
  heightAt(s: number, lateral: number): number;
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

/** What is beside lanes and no car may drive on. */
export type StripKind = 'asphalt' | 'sidewalk' | 'grass';

/** A band beside lanes, drawn and otherwise out of bounds: a shoulder, a sidewalk, a median. */
export interface GroundStrip {
  readonly lane: Lane;
  readonly kind: StripKind;
}

/** A sign or light as a file places it. */
export interface RoadSignal {
  readonly x: number;
  readonly y: number;
  /** Of its foot, metres. */
  readonly z: number;
  /** Driving direction of those who see it, radians. */
  readonly heading: number;
  readonly kind: 'light' | 'limit' | 'stop' | 'yield' | 'priority' | 'board';
  /** What stands on it: the limit in km/h, the text of a board. */
  readonly text: string;
}

export interface RoadMap {
  readonly seed: number;
  /** The file it was read from; absent: generated. */
  readonly title?: string;
  /** Traffic keeps left. */
  readonly leftHand?: boolean;
  /** Its ground is not flat. */
  readonly hilly?: boolean;
  /** Lanes where other cars start; absent: all. */
  readonly trafficLanes?: readonly Lane[];
  /** Ground and signs that a file describes beside its lanes. */
  readonly strips?: readonly GroundStrip[];
  readonly signals?: readonly RoadSignal[];
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

/** Roads of a file, before a route is chosen. */
export interface RoadNetwork
  extends Pick<RoadMap, 'roads' | 'lanes' | 'courses' | 'lanesAt' | 'bounds'> {
  readonly file: string;
  readonly leftHand: boolean;
  readonly hilly: boolean;
  /** Per road: its id in the file, and the side of it. */
  readonly names: readonly RoadName[];
  readonly strips: readonly GroundStrip[];
  readonly signals: readonly RoadSignal[];
}

export interface RoadName {
  readonly name: string;
  /** Of the file's road, seen along it; edges of one direction are on the right. */
  readonly side: 'left' | 'right';
}

export interface MapOptions {
  /** Blocks after the first one. */
  readonly blocks: number;
  /** Names blocks explicitly, e.g. "SCXTO"; overrides `blocks`. */
  readonly sequence?: string;
  readonly lanes: number;
  readonly laneWidth: number;
  /** Roads of a file, in place of all of the above. */
  readonly network?: RoadNetwork;
  /** Ids of its roads in driving order; absent: start and destination follow from the seed. */
  readonly route?: string;
}

/** Roads, kerbs, markings, rails, signs and scenery ready to draw. */
export interface RoadScenery {
  readonly statics: readonly StaticBody[];
  readonly meshes: Readonly<Record<string, MeshData>>;
}
