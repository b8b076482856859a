/**
 * A way into the bay: Hybrid A* (Dolgov et al. 2010) over poses of the rear axle. Nodes are expanded by
 * short arcs both ways, guided by the length of the shortest path without obstacles, and every
 * expansion tries to finish by such a path (Reeds and Shepp 1990) that touches nothing.
 */
import { BOX_KIND, type Boxes, type Overlap, overlaps } from '../frame/boxes.ts';
import type { VehicleParameters } from '../vehicle/vehicle.ts';
import type { Lot, Pose } from './lot.ts';
import { words, wrapAngle } from './reeds-shepp.ts';

/** Poses along the way, `SPACING` metres apart; `gear` 1 forwards, −1 backwards. */
export interface Plan {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly heading: Float64Array;
  readonly curvature: Float64Array;
  readonly gear: Int8Array;
  readonly count: number;
  /** Index one past the last pose of each stretch driven in one gear. */
  readonly stretches: readonly number[];
}

export const SPACING = 0.1;
/** Turning radius planned with, metres: full lock turns tighter, so that tracking can correct. */
const RADIUS = 4.6;
/** Metres and radians per cell, metres per expansion. */
const CELL = 0.5;
const ANGLES = 36;
const STRIDE = 0.75;
/** Cost in metres of changing gear, and of a metre backwards. */
const GEAR_COST = 2.5;
const BACK_COST = 1.1;
const STEER_COST = 0.02;
const MAX_EXPANSIONS = 6000;
/** Paths to the goal tried per expansion, cheapest first. */
const FINISHES = 6;

/** One piece of constant curvature; `length` is negative backwards. */
interface Piece {
  readonly curvature: number;
  readonly length: number;
}

interface Node extends Pose {
  readonly parent: Node | undefined;
  readonly piece: Piece | undefined;
  readonly cost: number;
  readonly estimate: number;
}

/** The pose after a piece, exactly. */
function follow(pose: Pose, curvature: number, length: number): Pose {
  const { x, y, heading } = pose;
  if (curvature === 0) {
    return { x: x + length * Math.cos(heading), y: y + length * Math.sin(heading), heading };
  }
  const end = heading + curvature * length;
  return {
    x: x + (Math.sin(end) - Math.sin(heading)) / curvature,
    y: y - (Math.cos(end) - Math.cos(heading)) / curvature,
    heading: end,
  };
}

/**
 * Plan from one pose of the rear axle to another, keeping `margin` metres to everything;
 * undefined when the search finds none.
 */
export function planParking(
  lot: Lot,
  vehicle: VehicleParameters,
  start: Pose,
  goal: Pose,
  margin: number,
): Plan | undefined {
  const free = collisionCheck(lot.boxes, vehicle, margin);
  const columns = Math.ceil((2 * lot.halfX) / CELL) + 1;
  const rows = Math.ceil((2 * lot.halfY) / CELL) + 1;
  const closed = new Uint8Array(columns * rows * ANGLES);
  const open = createHeap();
  open.push({ ...start, parent: undefined, piece: undefined, cost: 0, estimate: 0 });
  for (let i = 0; i < MAX_EXPANSIONS; i++) {
    const node = open.pop();
    if (!node) return undefined;
    const cell = cellOf(lot, columns, rows, node);
    if (cell < 0 || closed[cell]) continue;
    closed[cell] = 1;
    const rest = finish(node, goal, free);
    if (rest) return sample(start, [...piecesTo(node), ...rest]);
    expand(node, goal, free, open, (pose) => {
      const at = cellOf(lot, columns, rows, pose);
      return at < 0 || closed[at] === 1;
    });
  }
  return undefined;
}

type Free = (pose: Pose) => boolean;

function collisionCheck(boxes: Boxes, vehicle: VehicleParameters, margin: number): Free {
  const overlap: Overlap = { depth: 0, nx: 0, ny: 0 };
  const l = vehicle.length / 2 + margin;
  const w = vehicle.width / 2 + margin;
  return ({ x, y, heading }) => {
    const cos = Math.cos(heading);
    const sin = Math.sin(heading);
    const cx = x + vehicle.rear * cos;
    const cy = y + vehicle.rear * sin;
    for (let i = 0; i < boxes.count; i++) {
      if (boxes.kind[i] === BOX_KIND.none) continue;
      if (overlaps(boxes, i, cx, cy, cos, sin, l, w, overlap)) return false;
    }
    return true;
  };
}

function cellOf(lot: Lot, columns: number, rows: number, pose: Pose): number {
  const i = Math.floor((pose.x + lot.halfX) / CELL);
  const j = Math.floor((pose.y + lot.halfY) / CELL);
  if (i < 0 || j < 0 || i >= columns || j >= rows) return -1;
  const turn = wrapAngle(pose.heading) / (2 * Math.PI) + 0.5;
  return (Math.floor(turn * ANGLES) % ANGLES) + ANGLES * (j * columns + i);
}

function piecesTo(node: Node): Piece[] {
  const pieces: Piece[] = [];
  for (let n: Node | undefined = node; n?.piece; n = n.parent) pieces.push(n.piece);
  return pieces.reverse();
}

/** Cost of a piece driven after one in gear `last` (0: none). */
function pieceCost(piece: Piece, last: number): number {
  const back = piece.length < 0 ? BACK_COST : 1;
  const change = last !== 0 && Math.sign(piece.length) !== last ? GEAR_COST : 0;
  return Math.abs(piece.length) * (back + STEER_COST * Math.abs(piece.curvature)) + change;
}

function expand(
  node: Node,
  goal: Pose,
  free: Free,
  open: Heap,
  done: (pose: Pose) => boolean,
): void {
  const gear = Math.sign(node.piece?.length ?? 0);
  for (let direction = 1; direction >= -1; direction -= 2) {
    for (let steer = -1; steer <= 1; steer += 0.5) {
      const piece = { curvature: steer / RADIUS, length: direction * STRIDE };
      const next = follow(node, piece.curvature, piece.length);
      if (done(next) || !free(next) || !free(follow(node, piece.curvature, piece.length / 2)))
        continue;
      const cost = node.cost + pieceCost(piece, gear);
      let shortest = Number.POSITIVE_INFINITY;
      for (const word of wordsTo(next, goal)) shortest = Math.min(shortest, word.length);
      open.push({ ...next, parent: node, piece, cost, estimate: cost + shortest * RADIUS });
    }
  }
}

function wordsTo(from: Pose, goal: Pose) {
  const cos = Math.cos(from.heading);
  const sin = Math.sin(from.heading);
  const dx = (goal.x - from.x) / RADIUS;
  const dy = (goal.y - from.y) / RADIUS;
  const turn = wrapAngle(goal.heading - from.heading);
  return words(dx * cos + dy * sin, dy * cos - dx * sin, turn);
}

/** The cheapest path that ignores obstacles and still touches none. */
function finish(node: Node, goal: Pose, free: Free): Piece[] | undefined {
  const gear = Math.sign(node.piece?.length ?? 0);
  const candidates = wordsTo(node, goal).map((word) => {
    const pieces: Piece[] = [];
    let cost = 0;
    let last = gear;
    for (let i = 0; i < word.turns.length; i++) {
      const length = word.lengths[i]! * RADIUS;
      if (Math.abs(length) < 1e-6) continue;
      const piece = { curvature: word.turns[i]! / RADIUS, length };
      cost += pieceCost(piece, last);
      last = Math.sign(length);
      pieces.push(piece);
    }
    return { pieces, cost };
  });
  candidates.sort((a, b) => a.cost - b.cost);
  for (let i = 0; i < Math.min(FINISHES, candidates.length); i++) {
    if (clear(node, candidates[i]!.pieces, free)) return candidates[i]!.pieces;
  }
  return undefined;
}

function clear(from: Pose, pieces: readonly Piece[], free: Free): boolean {
  let pose = from;
  for (const { curvature, length } of pieces) {
    const steps = Math.ceil(Math.abs(length) / 0.3);
    for (let i = 1; i <= steps; i++) {
      if (!free(follow(pose, curvature, (length * i) / steps))) return false;
    }
    pose = follow(pose, curvature, length);
  }
  return true;
}

function sample(start: Pose, pieces: readonly Piece[]): Plan {
  const x = [start.x];
  const y = [start.y];
  const heading = [start.heading];
  const curvature = [pieces[0]?.curvature ?? 0];
  const gear = [Math.sign(pieces[0]?.length ?? 1)];
  const stretches: number[] = [];
  let pose = start;
  for (const piece of pieces) {
    const direction = Math.sign(piece.length);
    if (direction !== gear.at(-1)) stretches.push(x.length);
    const steps = Math.max(1, Math.round(Math.abs(piece.length) / SPACING));
    for (let i = 1; i <= steps; i++) {
      const at = follow(pose, piece.curvature, (piece.length * i) / steps);
      x.push(at.x);
      y.push(at.y);
      heading.push(at.heading);
      curvature.push(piece.curvature);
      gear.push(direction);
    }
    pose = follow(pose, piece.curvature, piece.length);
  }
  stretches.push(x.length);
  return {
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    heading: Float64Array.from(heading),
    curvature: Float64Array.from(curvature),
    gear: Int8Array.from(gear),
    count: x.length,
    stretches,
  };
}

interface Heap {
  push(node: Node): void;
  pop(): Node | undefined;
}

/** Binary heap, lowest estimate first. */
function createHeap(): Heap {
  const items: Node[] = [];
  return {
    push(node) {
      let i = items.length;
      items.push(node);
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if (items[parent]!.estimate <= node.estimate) break;
        items[i] = items[parent]!;
        i = parent;
      }
      items[i] = node;
    },
    pop() {
      const top = items[0];
      const last = items.pop();
      if (!top || !last || items.length === 0) return top;
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= items.length) break;
        if (child + 1 < items.length && items[child + 1]!.estimate < items[child]!.estimate)
          child++;
        if (items[child]!.estimate >= last.estimate) break;
        items[i] = items[child]!;
        i = child;
      }
      items[i] = last;
      return top;
    },
  };
}
