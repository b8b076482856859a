/** Pieces of a carriageway that gain or lose their rightmost lane, and the blocks made of them. */
import {
  advance,
  type Frame,
  offset,
  type Path,
  parallel,
  path,
  reverse,
  reversePath,
} from '../frame.ts';
import { type BlockInput, type BlockPlan, createPlanner, type Planner } from '../plan.ts';

/** Metres over which a lane moves sideways by its width. */
const TAPER_LENGTH = 40;
const RAMP_RADIUS = 45;
const RAMP_ANGLE = (28 * Math.PI) / 180;
const EDGE = { left: 'continuous', right: 'kerb', leftColour: 'yellow' } as const;

/** A step along one direction of a road: how many lanes, how long, and whether the last one tapers. */
interface Piece {
  readonly lanes: number;
  readonly length: number;
  readonly taper?: 'merge' | 'split';
}

/** Metres of each half of the S-curve, and its curvature. */
function sCurve(width: number): { arc: number; curvature: number } {
  const angle = 2 * Math.atan(width / TAPER_LENGTH);
  const radius = TAPER_LENGTH / (2 * Math.sin(angle));
  return { arc: radius * angle, curvature: 1 / radius };
}

/** Lays pieces one after the other in driving direction; returns the nodes between them. */
function addPieces(
  planner: Planner,
  start: Frame,
  pieces: readonly Piece[],
  from: number,
  to: number,
): number[] {
  const nodes: number[] = [from];
  let frame = start;
  pieces.forEach((piece, i) => {
    const end = i === pieces.length - 1 ? to : planner.node();
    const begin = nodes[i]!;
    if (piece.taper) addTaper(planner, frame, piece, begin, end);
    else {
      const line = path(frame, piece.length);
      planner.road({ ...EDGE, from: begin, to: end, lanes: planner.bundle(line, piece.lanes) });
    }
    frame = advance(frame, piece.length, 0);
    nodes.push(end);
  });
  return nodes;
}

/** Two roads: in each, the last lane runs half of its S-curve beside the straight ones. */
function addTaper(planner: Planner, start: Frame, piece: Piece, from: number, to: number): void {
  const w = planner.input.laneWidth;
  const { arc, curvature } = sCurve(w);
  const merge = piece.taper === 'merge';
  const middle = planner.node();
  const straight = piece.lanes - 1;
  const ranks = Array.from({ length: piece.lanes }, (_, i) => (i < straight ? 0 : 1));
  const lateral = -(merge ? straight + 0.5 : straight - 0.5) * w;
  let bend: Path = path(offset(start, 0, lateral), arc, merge ? curvature : -curvature);
  for (const [i, [a, b]] of [
    [from, middle],
    [middle, to],
  ].entries()) {
    const line = path(advance(start, (i * TAPER_LENGTH) / 2, 0), TAPER_LENGTH / 2);
    planner.road({
      ...EDGE,
      from: a!,
      to: b!,
      lanes: [...planner.bundle(line, straight), bend],
      taper: true,
      ...(merge ? { rank: 0, laneRanks: ranks } : {}),
    });
    bend = path(advance(bend, bend.length, bend.curvature), arc, -bend.curvature);
  }
}

const total = (pieces: readonly Piece[]) => pieces.reduce((sum, p) => sum + p.length, 0);

/** Both directions lose (y) or gain (Y) a lane, seen in the direction of the map. */
export function planMerge(input: BlockInput): BlockPlan {
  return planLaneChange(input, 'y');
}

export function planSplit(input: BlockInput): BlockPlan {
  return planLaneChange(input, 'Y');
}

function planLaneChange(input: BlockInput, kind: 'y' | 'Y'): BlockPlan {
  const planner = createPlanner(input);
  const merge = kind === 'y';
  const wide = merge ? input.lanes : input.lanes + 1;
  const after = merge ? wide - 1 : wide;
  const lead = input.random.uniform(10, 25);
  const tail = input.random.uniform(20, 40);
  const plain = (lanes: number, length: number): Piece => ({ lanes, length });
  const taper = (way: 'merge' | 'split'): Piece => ({
    lanes: wide,
    length: TAPER_LENGTH,
    taper: way,
  });
  const forward = [plain(input.lanes, lead), taper(merge ? 'merge' : 'split'), plain(after, tail)];
  const backward = [plain(after, tail), taper(merge ? 'split' : 'merge'), plain(input.lanes, lead)];
  const end = advance(input.frame, total(forward), 0);
  const [a, b] = [planner.node(), planner.node()];
  addPieces(planner, input.frame, forward, 0, a);
  addPieces(planner, reverse(end), backward, b, 1);
  const width = wide * input.laneWidth;
  planner.strip(path(input.frame, total(forward)), width, -width);
  return planner.finish(kind, [{ frame: end, lanes: after, forward: a, backward: b }]);
}

/** On-ramp: joins an acceleration lane, which tapers into the right lane. */
export function planOnRamp(input: BlockInput): BlockPlan {
  const { lanes, random } = input;
  const before = random.uniform(45, 60);
  const pieces: Piece[] = [
    { lanes, length: before },
    { lanes: lanes + 1, length: random.uniform(25, 45) },
    { lanes: lanes + 1, length: TAPER_LENGTH, taper: 'merge' },
    { lanes, length: random.uniform(15, 30) },
  ];
  return planRamp(input, 'r', pieces, before);
}

/** Off-ramp: a deceleration lane opens on the right and leaves. */
export function planOffRamp(input: BlockInput): BlockPlan {
  const { lanes, random } = input;
  const before = random.uniform(15, 30);
  const beside = random.uniform(25, 45);
  const pieces: Piece[] = [
    { lanes, length: before },
    { lanes: lanes + 1, length: TAPER_LENGTH, taper: 'split' },
    { lanes: lanes + 1, length: beside },
    { lanes, length: random.uniform(45, 60) },
  ];
  return planRamp(input, 'R', pieces, before + TAPER_LENGTH + beside);
}

function planRamp(
  input: BlockInput,
  kind: 'r' | 'R',
  pieces: readonly Piece[],
  gore: number,
): BlockPlan {
  const { frame, lanes, laneWidth, random } = input;
  const planner = createPlanner(input);
  const [a, b] = [planner.node(), planner.node()];
  const nodes = addPieces(planner, frame, pieces, 0, a);
  const length = total(pieces);
  const line = path(frame, length);
  planner.road({ ...EDGE, from: b, to: 1, lanes: planner.bundle(reversePath(line), lanes) });
  planner.strip(line, lanes * laneWidth, -(lanes + 1) * laneWidth);

  // Both ramps are built away from the gore, where they touch the added lane.
  const onRamp = kind === 'r';
  const touch = offset(frame, gore, -(lanes + 0.5) * laneWidth);
  const away = onRamp ? reverse(touch) : touch;
  const bend = path(away, RAMP_RADIUS * RAMP_ANGLE, (onRamp ? 1 : -1) / RAMP_RADIUS);
  const far = path(advance(bend, bend.length, bend.curvature), random.uniform(20, 32));
  const middle = planner.node();
  const end = planner.node();
  const joint = nodes[onRamp ? 1 : 3]!;
  const shared = { left: 'kerb', right: 'kerb', turn: 'right' } as const;
  const courses = onRamp ? [reversePath(far), reversePath(bend)] : [bend, far];
  const stops = onRamp ? [end, middle, joint] : [joint, middle, end];
  courses.forEach((course, i) => {
    planner.road({ ...shared, from: stops[i]!, to: stops[i + 1]!, lanes: [parallel(course, 0)] });
    planner.strip(course, laneWidth / 2, -laneWidth / 2);
  });
  return planner.finish(kind, [
    { frame: advance(frame, length, 0), lanes, forward: a, backward: b },
  ]);
}
