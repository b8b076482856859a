/** One lane as an object; per-step code reads its row in `course.ts` instead. */
import type { Lane, LanePiece, LaneProfile } from './contract.ts';
import {
  C,
  COURSE_STRIDE,
  headingOn,
  pieceRows,
  pointOn,
  projectOn,
  writeCourse,
} from './course.ts';
import type { Path } from './frame.ts';

/** The part of a lane that does not depend on its course. */
export type LaneAttributes = Omit<
  Lane,
  | 'length'
  | 'curvature'
  | 'pieces'
  | 'profile'
  | 'startX'
  | 'startY'
  | 'startHeading'
  | 'course'
  | 'pointAt'
  | 'headingAt'
  | 'project'
  | 'widthAt'
  | 'heightAt'
>;

export function createLane<A extends LaneAttributes>(attributes: A, path: Path): A & Lane {
  const course = new Float64Array(COURSE_STRIDE);
  writeCourse(course, 0, path, attributes.width);
  return laneOn(attributes, course, [], undefined);
}

/**
 * A lane along several lines and arcs, each beginning where the one before it ends, or one whose width or
 * height changes.
 */
export function createLongLane<A extends LaneAttributes>(
  attributes: A,
  paths: readonly Path[],
  profile: LaneProfile | undefined,
): A & Lane {
  // One piece is as good as two halves where only its width changes: code asks rows with pieces for it.
  const several = paths.length === 1 && profile ? halves(paths[0]!) : paths;
  if (several.length === 1) return createLane(attributes, several[0]!);
  const course = pieceRows(several, attributes.width);
  const pieces = several.map(({ length, curvature }, i) => {
    return { from: course[(i + 1) * COURSE_STRIDE + C.from]!, length, curvature };
  });
  return laneOn(attributes, course, pieces, profile);
}

function halves(path: Path): Path[] {
  const { length, curvature } = path;
  const course = new Float64Array(COURSE_STRIDE);
  writeCourse(course, 0, path, 0);
  const point = new Float64Array(2);
  pointOn(course, 0, length / 2, 0, point);
  const heading = headingOn(course, 0, length / 2);
  const second = { x: point[0]!, y: point[1]!, heading, length: length / 2, curvature };
  return [{ ...path, length: length / 2 }, second];
}

function laneOn<A extends LaneAttributes>(
  a: A,
  course: Float64Array,
  pieces: readonly LanePiece[],
  profile: LaneProfile | undefined,
): A & Lane {
  // Field by field, not spread: all lanes get one hidden class, and hot code reads them at full speed.
  const lane: Lane = {
    id: a.id,
    road: a.road,
    index: a.index,
    length: course[C.length]!,
    width: a.width,
    curvature: course[C.curvature]!,
    pieces,
    profile,
    leftLine: a.leftLine,
    rightLine: a.rightLine,
    leftLineColour: a.leftLineColour,
    rightLineColour: a.rightLineColour,
    speedLimit: a.speedLimit,
    successors: a.successors,
    predecessors: a.predecessors,
    junction: a.junction,
    turn: a.turn,
    trafficSuccessors: a.trafficSuccessors,
    left: a.left,
    right: a.right,
    yieldTo: a.yieldTo,
    conflicts: a.conflicts,
    startX: course[C.startX]!,
    startY: course[C.startY]!,
    startHeading: course[C.heading]!,
    course,
    pointAt: (s, lateral, out) => pointOn(course, 0, s, lateral, out),
    headingAt: (s) => headingOn(course, 0, s),
    project: (x, y, out) => projectOn(course, 0, x, y, out),
    widthAt: (s) => (profile ? valueAt(profile.s, profile.width, s) : a.width),
    heightAt: (s, lateral) =>
      profile
        ? valueAt(profile.s, profile.height, s) + lateral * valueAt(profile.s, profile.bank, s)
        : 0,
  };
  return lane as A & Lane;
}

/** Linear between stations, constant beyond them. */
export function valueAt(stations: Float64Array, values: Float64Array, s: number): number {
  const last = stations.length - 1;
  if (!(s > stations[0]!)) return values[0]!;
  if (s >= stations[last]!) return values[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (stations[middle]! <= s) low = middle;
    else high = middle;
  }
  const share = (s - stations[low]!) / (stations[high]! - stations[low]!);
  return values[low]! + share * (values[high]! - values[low]!);
}
