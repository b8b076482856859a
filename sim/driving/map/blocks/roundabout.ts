/**
 * Roundabout with four arms, driven counter-clockwise. Entry and exit lanes are concentric arcs
 * tangent to the ring's lanes; the ring has right of way.
 */
import { type Frame, offset, type Path, path, reverse } from '../frame.ts';
import { type BlockInput, type BlockPlan, createPlanner, type Planner, SHOULDER } from '../plan.ts';

/** MetaDrive's arm length, metres. */
const ARM_LENGTH = 30;
/** Largest angle between an arm's axis and where its arcs meet the ring: leaves room between arms. */
const MAX_SPREAD = (39 * Math.PI) / 180;

interface Shape {
  /** Radius of the centre island. */
  readonly inner: number;
  /** Radius of the left edges of entry and exit arcs. */
  readonly turn: number;
  /** From the ring's centre to where the arcs begin. */
  readonly reach: number;
  /** Angle between an arm's axis and the meeting points. */
  readonly spread: number;
}

/** Samples MetaDrive's ranges (inner 15–45, exit 5–15) and grows them where many lanes need it. */
function sampleShape({ random, lanes, laneWidth }: BlockInput): Shape {
  const width = lanes * laneWidth;
  const sampled = random.uniform(15, 45);
  // The arcs must begin outside the ring: 2·inner·exit > width².
  const needed = (0.55 * width * width) / sampled + 1;
  const turn = Math.max(random.uniform(5, 15), needed) + width;
  const inner = Math.max(sampled, turn * (1 / Math.sin(MAX_SPREAD) - 1));
  return {
    inner,
    turn,
    reach: Math.sqrt(inner * inner + 2 * inner * turn),
    spread: Math.asin(turn / (inner + turn)),
  };
}

export function planRoundabout(input: BlockInput): BlockPlan {
  const planner = createPlanner(input);
  const shape = sampleShape(input);
  const { reach, spread } = shape;
  const centre = offset(input.frame, reach, 0);
  const exits = [];
  const ring = Array.from({ length: 4 }, () => ({ leave: planner.node(), join: planner.node() }));
  for (let k = 0; k < 4; k++) {
    // Arm 0 is the entry, the others follow counter-clockwise.
    const angle = centre.heading + Math.PI + (k * Math.PI) / 2;
    const frame = offset({ ...centre, heading: angle }, reach, 0);
    let [inward, outward] = [0, 1];
    if (k > 0) {
      [inward, outward] = [planner.node(), planner.node()];
      const [forward, backward] = [planner.node(), planner.node()];
      const line = path(frame, ARM_LENGTH);
      planner.twoWay(line, input.lanes, [outward, forward], [backward, inward]);
      exits.push({ frame: offset(frame, ARM_LENGTH, 0), lanes: input.lanes, forward, backward });
    }
    const { leave, join } = ring[k]!;
    addArcs(planner, shape, centre, angle, frame, { inward, outward, leave, join });
    addRing(planner, ringPath(shape, centre, angle - spread, 2 * spread), leave, join, false);
    const gap = Math.PI / 2 - 2 * spread;
    const next = ring[(k + 1) & 3]!.leave;
    addRing(planner, ringPath(shape, centre, angle + spread, gap), join, next, true);
  }
  planner.strip(path(input.frame, 2 * reach), reach - SHOULDER, SHOULDER - reach);
  return planner.finish('O', exits);
}

/** The island's edge from `angle`, counter-clockwise. */
function ringPath(shape: Shape, centre: Frame, angle: number, span: number): Path {
  const frame = offset({ ...centre, heading: angle }, shape.inner, 0, Math.PI / 2);
  return path(frame, shape.inner * span, 1 / shape.inner);
}

function addRing(planner: Planner, edge: Path, from: number, to: number, closed: boolean): void {
  planner.road({
    from,
    to,
    lanes: planner.bundle(edge, planner.input.lanes),
    left: 'kerb',
    right: closed ? 'kerb' : 'none',
    inner: 'broken',
    junction: true,
    turn: 'left',
    rank: 0,
  });
}

function addArcs(
  planner: Planner,
  shape: Shape,
  centre: Frame,
  angle: number,
  arm: Frame,
  nodes: { inward: number; outward: number; leave: number; join: number },
): void {
  const { lanes } = planner.input;
  const { turn, inner, spread } = shape;
  const length = turn * (Math.PI / 2 - spread);
  const shared = { left: 'none', right: 'kerb', junction: true, turn: 'right' } as const;
  planner.road({
    ...shared,
    from: nodes.inward,
    to: nodes.join,
    lanes: planner.bundle(path(reverse(arm), length, -1 / turn), lanes),
    rank: 1,
  });
  const leaving = offset({ ...centre, heading: angle - spread }, inner, 0, Math.PI / 2);
  planner.road({
    ...shared,
    from: nodes.leave,
    to: nodes.outward,
    lanes: planner.bundle(path(leaving, length, -1 / turn), lanes),
    rank: 0.5,
  });
}
