/** Exact geometry of one lane: a straight line or a circular arc. */
import type { Lane } from './contract.ts';
import type { Path } from './frame.ts';

/** The part of a lane that does not depend on its course. */
export type LaneAttributes = Omit<
  Lane,
  | 'length'
  | 'curvature'
  | 'startX'
  | 'startY'
  | 'startHeading'
  | 'pointAt'
  | 'headingAt'
  | 'project'
>;

export function createLane<A extends LaneAttributes>(attributes: A, path: Path): A & Lane {
  const course = createCourse(path);
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
    pointAt: course.pointAt,
    headingAt: course.headingAt,
    project: course.project,
  };
  return lane as A & Lane;
}

type Course = Pick<Lane, 'pointAt' | 'headingAt' | 'project'>;

/**
 * One function each for lines and arcs: calls of them all lead to the same code, which the engine
 * inlines. With one function per kind it boxed every argument and result.
 */
function createCourse(path: Path): Course {
  const { x: x0, y: y0, heading, curvature } = path;
  const straight = curvature === 0;
  const cos = Math.cos(heading);
  const sin = Math.sin(heading);
  const radius = straight ? 0 : 1 / curvature; // signed: positive when the centre is to the left
  const centreX = x0 - radius * sin;
  const centreY = y0 + radius * cos;
  const middle = heading + curvature * path.length * 0.5;
  const cosMiddle = Math.cos(middle);
  const sinMiddle = Math.sin(middle);
  const half = path.length * 0.5;
  return {
    pointAt: (s, lateral, out) => {
      if (straight) {
        out[0] = x0 + s * cos - lateral * sin;
        out[1] = y0 + s * sin + lateral * cos;
        return;
      }
      const angle = heading + curvature * s;
      const r = radius - lateral;
      out[0] = centreX + r * Math.sin(angle);
      out[1] = centreY - r * Math.cos(angle);
    },
    headingAt: (s) => (straight ? heading : heading + curvature * s),
    project: (x, y, out) => {
      if (straight) {
        const dx = x - x0;
        const dy = y - y0;
        out.s = dx * cos + dy * sin;
        out.lateral = dy * cos - dx * sin;
        return;
      }
      // Angles are measured from the middle of the arc, so that the cut is opposite to it.
      const sign = radius > 0 ? 1 : -1;
      const dx = (x - centreX) * sign;
      const dy = (y - centreY) * sign;
      const angle = Math.atan2(dx * cosMiddle + dy * sinMiddle, dx * sinMiddle - dy * cosMiddle);
      out.s = half + angle * radius;
      out.lateral = radius - sign * Math.sqrt(dx * dx + dy * dy);
    },
  };
}
