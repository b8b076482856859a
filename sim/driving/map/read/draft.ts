/** A road network as a file describes it, before `assemble.ts` numbers and links it. The same for every format. */
import type { LaneProfile, LineColour, LineKind, RoadSignal, StripKind } from '../contract.ts';
import type { Path } from '../frame.ts';

/** Where a lane or strip lies, in driving direction. */
export interface DraftCourse {
  readonly paths: readonly Path[];
  /** Widest, metres. */
  readonly width: number;
  readonly profile: LaneProfile | undefined;
}

export interface DraftLane {
  /** How the file names it, for messages. */
  readonly name: string;
  readonly line: number;
  readonly course: DraftCourse;
  leftLine: LineKind;
  rightLine: LineKind;
  leftColour: LineColour;
  rightColour: LineColour;
  /** m/s; undefined: the file does not say. */
  readonly speedLimit: number | undefined;
  readonly successors: Set<DraftLane>;
  /** Right of way of junction lanes: the lower number goes first. */
  rank?: number;
}

/** Lanes side by side in one driving direction, from one end to the other. */
export interface DraftRoad {
  /** As a route names it: a road's or edge's id. */
  readonly name: string;
  /** Of the file's road, seen along it; edges of one direction are on the right. */
  readonly side: 'left' | 'right';
  /** The junction that it is inside of; undefined: none. */
  readonly junction: string | undefined;
  /** From left to right. */
  readonly lanes: DraftLane[];
  /** The other direction beside it. */
  opposite?: DraftRoad;
}

export interface DraftStrip {
  readonly course: DraftCourse;
  readonly kind: StripKind;
}

export interface NetworkDraft {
  readonly file: string;
  readonly leftHand: boolean;
  readonly roads: readonly DraftRoad[];
  readonly strips: readonly DraftStrip[];
  readonly signals: readonly RoadSignal[];
}
