/**
 * Four-way and T-shaped intersections. All turning lanes are arcs around the corners of a square,
 * so every lane can turn every way; law-abiding traffic turns left from the left lane, right from
 * the right one. The through road has right of way; left turns give way to what they cross.
 */
import { type Frame, offset, path, reverse } from '../frame.ts';
import { type BlockInput, type BlockPlan, createPlanner, type Planner, SHOULDER } from '../plan.ts';

/** MetaDrive's radius of the corner kerbs and length of the arms, metres. */
const CORNER_RADIUS = 10;
const ARM_LENGTH = 35;

/** Quarter turns to the left of the way in: 0 straight on, 1 left, 2 back (the entry), 3 right. */
type Side = 0 | 1 | 2 | 3;

interface Arm {
  readonly side: Side;
  /** At the edge of the square, looking out. */
  readonly frame: Frame;
  /** Node where traffic into the square arrives, and where traffic out of it leaves. */
  readonly inward: number;
  readonly outward: number;
}

export function planIntersection(input: BlockInput): BlockPlan {
  return planJunction(input, 'X', [2, 0, 1, 3]);
}

export function planTIntersection(input: BlockInput): BlockPlan {
  const without: readonly Side[] = [0, 1, 3];
  const missing = without[input.random.integer(3)]!;
  const sides = ([2, 0, 1, 3] as const).filter((side) => side !== missing);
  return planJunction(input, 'T', sides);
}

function planJunction(input: BlockInput, kind: string, sides: readonly Side[]): BlockPlan {
  const planner = createPlanner(input);
  const half = input.lanes * input.laneWidth + CORNER_RADIUS;
  const centre = offset(input.frame, half, 0);
  const exits = [];
  const arms: Arm[] = [];
  for (const side of sides) {
    const frame = offset({ ...centre, heading: centre.heading + (side * Math.PI) / 2 }, half, 0);
    if (side === 2) {
      arms.push({ side, frame, inward: 0, outward: 1 });
      continue;
    }
    const [inward, outward] = [planner.node(), planner.node()];
    const [forward, backward] = [planner.node(), planner.node()];
    const line = path(frame, ARM_LENGTH);
    planner.twoWay(line, input.lanes, [outward, forward], [backward, inward]);
    arms.push({ side, frame, inward, outward });
    exits.push({ frame: offset(frame, ARM_LENGTH, 0), lanes: input.lanes, forward, backward });
  }
  addMovements(planner, arms, half);
  planner.strip(path(input.frame, 2 * half), half - SHOULDER, SHOULDER - half);
  return planner.finish(kind, exits);
}

function addMovements(planner: Planner, arms: readonly Arm[], half: number): void {
  const has = (side: number) => arms.some((arm) => arm.side === ((side + 8) & 3));
  // The through road is the one with both ends; at a crossing, the one that the block starts on.
  const main = has(0) ? 0 : 1;
  for (const from of arms) {
    for (const to of arms) {
      if (from === to) continue;
      addMovement(planner, from, to, half, {
        main: (from.side & 1) === main,
        across: has(from.side + 2),
        rightArm: has(from.side + 1),
      });
    }
  }
}

function addMovement(
  planner: Planner,
  from: Arm,
  to: Arm,
  half: number,
  at: { main: boolean; across: boolean; rightArm: boolean },
): void {
  const { lanes } = planner.input;
  // Arms look outwards: a car that enters and leaves by the arm 2 quarter turns further goes straight on.
  const quarters = (to.side - from.side + 4) & 3;
  const turn = quarters === 2 ? 'straight' : quarters === 3 ? 'left' : 'right';
  const curvature = turn === 'straight' ? 0 : (turn === 'left' ? 1 : -1) / half;
  const length = turn === 'straight' ? 2 * half : (Math.PI / 2) * half;
  const legal = Array.from({ length: lanes }, (_, i) => {
    if (turn === 'straight') return true;
    if (turn === 'left') return at.across ? i === 0 : i < Math.ceil(lanes / 2);
    return at.across ? i === lanes - 1 : i >= Math.floor(lanes / 2);
  });
  const rank = (at.main ? 0 : 2) + (turn === 'left' ? 1 : 0) + from.side * 0.01;
  planner.road({
    from: from.inward,
    to: to.outward,
    lanes: planner.bundle(path(reverse(from.frame), length, curvature), lanes),
    left: 'none',
    right: turn === 'right' || (turn === 'straight' && !at.rightArm) ? 'kerb' : 'none',
    junction: true,
    turn,
    legal,
    rank,
    laneRanks: legal.map((ok) => (ok ? rank : rank + 0.5)),
  });
}
