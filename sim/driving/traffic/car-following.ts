/**
 * The state of a car on rails, and how it follows what is ahead: IDM (Treiber et al. 2000)
 * with MetaDrive's numbers (idm_policy.py): 30 km/h, gap 10 m, headway 1.5 s, δ = 10, 1 and −5 m/s².
 */
import { BOX_KIND, type Boxes } from '../frame/boxes.ts';
import type { Lane, LanePosition, RoadMap } from '../map/contract.ts';
import { C, COURSE_STRIDE } from '../map/course.ts';
import type { LaneBuckets } from './lane-buckets.ts';

/** Columns of a vehicle's state. */
export const T = {
  lane: 0,
  next: 1,
  s: 2,
  speed: 3,
  lateral: 4,
  wait: 5,
  phase: 6,
  wanted: 7,
  active: 8,
  size: 9,
} as const;
export const TRAFFIC_STRIDE = 10;

/** Half length, half width and the radius around both of the vehicle classes, metres. */
export const VEHICLE_CLASSES = [
  { name: 'compact', halfLength: 2.15, halfWidth: 0.89, reach: Math.hypot(2.15, 0.89) },
  { name: 'saloon', halfLength: 2.45, halfWidth: 0.95, reach: Math.hypot(2.45, 0.95) },
  { name: 'van', halfLength: 2.95, halfWidth: 1.05, reach: Math.hypot(2.95, 1.05) },
] as const;

const HALF_LENGTHS = Float64Array.from(VEHICLE_CLASSES, (c) => c.halfLength);

export const DESIRED_SPEED = 30 / 3.6;
const GAP = 10;
const HEADWAY = 1.5;
const ACCELERATION = 1;
const DECELERATION = 5;
const COMFORT = 2 * Math.sqrt(ACCELERATION * DECELERATION);
/** Metres beside a lane from which people count as on it; the kerb where they wait is farther. */
const STEP_OUT = 1.2;
/** Metres looked ahead. */
export const SIGHT = 60;

export interface Traffic {
  readonly capacity: number;
  /** MetaDrive's gap: IDM's formula in metres, with speeds in km/h. */
  readonly kmh: boolean;
  /** (capacity, TRAFFIC_STRIDE); lane −1: empty slot. */
  readonly state: Float64Array;
  /** 1 where a car's box no longer shows where it is. */
  readonly moved: Uint8Array;
  readonly buckets: LaneBuckets;
}

/** The agent as traffic sees it. */
export interface EgoView {
  x: number;
  y: number;
  speed: number;
  halfLength: number;
  /** Latest block whose traffic drives: that of the road the agent comes to next (MetaDrive's trigger). */
  block: number;
  /** Lanes under it, how many, and where on them. */
  readonly lanes: Int32Array;
  laneCount: number;
  readonly s: Float64Array;
  /** First row of the boxes that holds people. */
  readonly people: number;
}

export const leader = { gap: 0, speed: 0 };

/** Input and output of `idm`, in place: the engine boxes numbers passed to functions that it does not inline. */
export const follow = {
  kmh: false,
  speed: 0,
  wanted: 0,
  gap: 0,
  leaderSpeed: 0,
  acceleration: 0,
  /** What `nextSpeed` leaves. */
  nextSpeed: 0,
};

/** The follower's acceleration. */
export function idm(): void {
  const { speed, wanted, gap } = follow;
  const free = 1 - tenthPower(speed / wanted);
  follow.acceleration = acceleration(free, interaction(), gap >= SIGHT);
}

/** What the leader costs, 0 where none is in sight. */
function interaction(): number {
  const { speed, gap, leaderSpeed } = follow;
  if (gap >= SIGHT) return 0;
  const closing = (speed * (speed - leaderSpeed)) / COMFORT;
  // MetaDrive's 10 m are centre to centre; bumper to bumper that leaves five.
  const wish = follow.kmh ? 3.6 * speed * HEADWAY + 3.6 * 3.6 * closing : speed * HEADWAY + closing;
  const desired = GAP / 2 + Math.max(0, wish);
  return (desired / Math.max(0.5, gap)) ** 2;
}

function acceleration(free: number, leaderCosts: number, alone: boolean): number {
  if (alone) return Math.max(-DECELERATION, ACCELERATION * free);
  return Math.max(-2 * DECELERATION, ACCELERATION * (free - leaderCosts));
}

/** By products: the engine's own power takes longer, and its last bit is another from Node 24 on. */
function tenthPower(x: number): number {
  const squared = x * x;
  const fourth = squared * squared;
  return fourth * fourth * squared;
}

/** The follower's speed after `dt` seconds of `idm`. */
export function nextSpeed(dt: number): void {
  idm();
  follow.nextSpeed = Math.max(0, follow.speed + follow.acceleration * dt);
}

/** Where `findLeader` looks on a lane: from `s`, `before` metres after the car, half as long as `own`. */
const look = { s: 0, before: 0, own: 0 };

/** Nearest car, object or agent ahead on `lane` from `s` on, then on `nextId`. */
export function findLeader(
  t: Traffic,
  self: number,
  lane: number,
  s: number,
  nextId: number,
  map: RoadMap,
  boxes: Boxes,
  ego: EgoView,
): void {
  leader.gap = SIGHT;
  leader.speed = 0;
  look.own = HALF_LENGTHS[t.state[self * TRAFFIC_STRIDE + T.size]!]!;
  look.s = s;
  look.before = 0;
  scanLane(t, self, lane, map, boxes, ego);
  const rest = map.courses[lane * COURSE_STRIDE + C.length]! - s;
  if (nextId >= 0 && rest < SIGHT) {
    look.s = -1e-6;
    look.before = rest;
    scanLane(t, self, nextId, map, boxes, ego);
  }
}

function scanLane(
  t: Traffic,
  self: number,
  lane: number,
  map: RoadMap,
  boxes: Boxes,
  ego: EgoView,
): void {
  const { state, buckets } = t;
  const { s, before, own } = look;
  for (let j = buckets.first[2 * lane]!; j >= 0; j = buckets.nextCar[j]!) {
    const at = j * TRAFFIC_STRIDE;
    if (j === self || state[at + T.s]! <= s) continue;
    const half = HALF_LENGTHS[state[at + T.size]!]!;
    const gap = before + state[at + T.s]! - Math.max(0, s) - own - half;
    if (gap >= leader.gap) continue;
    leader.gap = gap;
    leader.speed = state[at + T.speed]!;
  }
  for (let k = 0; k < ego.laneCount; k++) {
    if (ego.lanes[k] !== lane || ego.s[k]! <= s) continue;
    const gap = before + ego.s[k]! - Math.max(0, s) - own - ego.halfLength;
    if (gap >= leader.gap) continue;
    leader.gap = gap;
    leader.speed = ego.speed;
  }
  scanObjects(t, self, lane, boxes);
  if (ego.people < boxes.count) scanPeople(ego.people, self, map.lanes[lane]!, boxes);
}

/** Cones and breakdowns on the lane. */
function scanObjects(t: Traffic, self: number, lane: number, boxes: Boxes): void {
  const { first, objectRow, objectS, nextObject } = t.buckets;
  const { s, before, own } = look;
  for (let k = first[2 * lane + 1]!; k >= 0; k = nextObject[k]!) {
    const b = objectRow[k]!;
    if (boxes.kind[b] === BOX_KIND.none || objectS[k]! <= s || !near(boxes, self, b)) continue;
    closer(before + objectS[k]! - Math.max(0, s) - own - boxes.halfLength[b]!, 0);
  }
}

/** Things farther away than the sight plus a car's length are not in the way. */
function near(boxes: Boxes, self: number, b: number): boolean {
  const dx = boxes.x[b]! - boxes.x[self]!;
  const dy = boxes.y[b]! - boxes.y[self]!;
  return dx * dx + dy * dy <= (SIGHT + 10) * (SIGHT + 10);
}

const at: LanePosition = { s: 0, lateral: 0 };

/** Moving people from row `from` on: those on the lane, or at its edge and about to be in the way. */
function scanPeople(from: number, self: number, lane: Lane, boxes: Boxes): void {
  const { s, before, own } = look;
  const edge = lane.width / 2 + STEP_OUT;
  for (let b = from; b < boxes.count; b++) {
    if (boxes.kind[b] === BOX_KIND.none || !near(boxes, self, b)) continue;
    lane.project(boxes.x[b]!, boxes.y[b]!, at);
    if (Math.abs(at.lateral) >= edge || at.s <= s || at.s >= lane.length) continue;
    closer(before + at.s - Math.max(0, s) - own - boxes.halfLength[b]!, 0);
  }
}

export function closer(gap: number, speed: number): void {
  if (gap >= leader.gap) return;
  leader.gap = gap;
  leader.speed = speed;
}
