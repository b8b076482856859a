/** First block, straight road, curve. Lengths and radii after MetaDrive's parameter space. */
import { path, pathEnd } from '../frame.ts';
import { type BlockInput, type BlockPlan, createPlanner } from '../plan.ts';

/** Metres: the spawn road and the road that follows it. */
const ENTRANCE_LENGTH = 10;
const FIRST_LENGTH = 30;

/** Where episodes start: a short spawn road, then a straight one. */
export function planFirst(input: BlockInput): BlockPlan {
  const planner = createPlanner(input);
  const entrance = path(input.frame, ENTRANCE_LENGTH);
  const first = path(pathEnd(entrance), FIRST_LENGTH);
  const [a, b] = [planner.node(), planner.node()];
  const [c, d] = [planner.node(), planner.node()];
  planner.twoWay(entrance, input.lanes, [0, a], [b, 1]);
  planner.twoWay(first, input.lanes, [a, c], [d, b]);
  return planner.finish('F', [
    { frame: pathEnd(first), lanes: input.lanes, forward: c, backward: d },
  ]);
}

export function planStraight(input: BlockInput): BlockPlan {
  const planner = createPlanner(input);
  const line = path(input.frame, input.random.uniform(40, 80));
  const [a, b] = [planner.node(), planner.node()];
  planner.twoWay(line, input.lanes, [0, a], [b, 1]);
  return planner.finish('S', [
    { frame: pathEnd(line), lanes: input.lanes, forward: a, backward: b },
  ]);
}

/**
 * An arc of 45–135° followed by a straight road. The sampled radius (25–60 m) is that of the
 * innermost lane's centre, so every lane can be driven whatever their number.
 */
export function planCurve(input: BlockInput): BlockPlan {
  const { random, lanes, laneWidth } = input;
  const planner = createPlanner(input);
  const side = random.next() < 0.5 ? 1 : -1;
  const radius = random.uniform(25, 60) + (lanes - 0.5) * laneWidth;
  const angle = (random.uniform(45, 135) * Math.PI) / 180;
  const bend = path(input.frame, radius * angle, side / radius);
  const line = path(pathEnd(bend), random.uniform(40, 80));
  const [a, b] = [planner.node(), planner.node()];
  const [c, d] = [planner.node(), planner.node()];
  planner.twoWay(bend, lanes, [0, a], [b, 1]);
  planner.twoWay(line, lanes, [a, c], [d, b]);
  return planner.finish('C', [{ frame: pathEnd(line), lanes, forward: c, backward: d }]);
}
