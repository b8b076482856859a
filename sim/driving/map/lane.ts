/** One lane as an object; per-step code reads its row in `course.ts` instead. */
import type { Lane } from './contract.ts';
import { COURSE_STRIDE, headingOn, pointOn, projectOn, writeCourse } from './course.ts';
import type { Path } from './frame.ts';

/** The part of a lane that does not depend on its course. */
export type LaneAttributes = Omit<
  Lane,
  | 'length'
  | 'curvature'
  | 'startX'
  | 'startY'
  | 'startHeading'
  | 'course'
  | 'pointAt'
  | 'headingAt'
  | 'project'
>;

export function createLane<A extends LaneAttributes>(attributes: A, path: Path): A & Lane {
  const course = new Float64Array(COURSE_STRIDE);
  writeCourse(course, 0, path, attributes.width);
  // Field by field, not spread: all lanes get one hidden class, and hot code reads them at full speed.
  const a = attributes;
  const lane: Lane = {
    id: a.id,
    road: a.road,
    index: a.index,
    length: path.length,
    width: a.width,
    curvature: path.curvature,
    leftLine: a.leftLine,
    rightLine: a.rightLine,
    leftLineColour: a.leftLineColour,
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
    startX: path.x,
    startY: path.y,
    startHeading: path.heading,
    course,
    pointAt: (s, lateral, out) => pointOn(course, 0, s, lateral, out),
    headingAt: (s) => headingOn(course, 0, s),
    project: (x, y, out) => projectOn(course, 0, x, y, out),
  };
  return lane as A & Lane;
}
