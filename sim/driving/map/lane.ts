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
  const course = path.curvature === 0 ? straight(path) : arc(path);
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

function straight(path: Path): Course {
  const { x: x0, y: y0, heading } = path;
  const cos = Math.cos(heading);
  const sin = Math.sin(heading);
  return {
    pointAt: (s, lateral, out) => {
      out[0] = x0 + s * cos - lateral * sin;
      out[1] = y0 + s * sin + lateral * cos;
    },
    headingAt: () => heading,
    project: (x, y, out) => {
      const dx = x - x0;
      const dy = y - y0;
      out.s = dx * cos + dy * sin;
      out.lateral = dy * cos - dx * sin;
    },
  };
}

function arc(path: Path): Course {
  const { heading, curvature } = path;
  const radius = 1 / curvature; // signed: positive when the centre is to the left
  const centreX = path.x - radius * Math.sin(heading);
  const centreY = path.y + radius * Math.cos(heading);
  const middle = heading + curvature * path.length * 0.5;
  const cosMiddle = Math.cos(middle);
  const sinMiddle = Math.sin(middle);
  const half = path.length * 0.5;
  return {
    pointAt: (s, lateral, out) => {
      const angle = heading + curvature * s;
      const r = radius - lateral;
      out[0] = centreX + r * Math.sin(angle);
      out[1] = centreY - r * Math.cos(angle);
    },
    headingAt: (s) => heading + curvature * s,
    project: (x, y, out) => {
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
