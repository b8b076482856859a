/**
 * Other cars: IDM along lanes (Treiber et al. 2000), MOBIL lane changes (Kesting et al. 2007), and
 * yielding before junctions. They run on rails (lane, s, lateral offset), which keeps them stable and
 * cheap. Numbers are MetaDrive's (idm_policy.py): 30 km/h, gap 10 m, headway 1.5 s, δ = 10, 1 and −5 m/s².
 */
import type { Random } from '../random.ts';
import { BOX_KIND, type Boxes, placeBox } from './boxes.ts';
import type { Lane, LanePosition, RoadMap } from './map/contract.ts';
import type { DrivingOptions } from './options.ts';

/** Columns of a vehicle's state. */
const T = {
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

/** Half length and half width of the vehicle classes, metres. */
export const VEHICLE_CLASSES = [
  { name: 'compact', halfLength: 2.15, halfWidth: 0.89 },
  { name: 'saloon', halfLength: 2.45, halfWidth: 0.95 },
  { name: 'van', halfLength: 2.95, halfWidth: 1.05 },
] as const;

const DESIRED_SPEED = 30 / 3.6;
const GAP = 10;
const HEADWAY = 1.5;
const DELTA = 10;
const ACCELERATION = 1;
const DECELERATION = 5;
/** Metres looked ahead. */
const SIGHT = 60;
/** Steps between thoughts of changing lane, and metres per second sideways while doing so. */
const CHANGE_EVERY = 50;
const CHANGE_SPEED = 1.2;
/** Politeness and threshold of MOBIL, m/s². */
const POLITENESS = 0.3;
const CHANGE_GAIN = 0.2;
const SAFE_BRAKING = 3;
/** Seconds after which a waiting car creeps into a junction whose interior is empty. */
const PATIENCE = 6;
const SPAWN_SPACING = 10;

export interface Traffic {
  readonly capacity: number;
  /** (capacity, TRAFFIC_STRIDE); lane −1: empty slot. */
  readonly state: Float64Array;
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
}

export function createTraffic(capacity: number): Traffic {
  return { capacity, state: new Float64Array(capacity * TRAFFIC_STRIDE).fill(-1) };
}

/** Fill spawn points at random; keeps `clear` metres around (x, y) free. */
export function spawnTraffic(
  t: Traffic,
  map: RoadMap,
  options: DrivingOptions,
  boxes: Boxes,
  x: number,
  y: number,
  random: Random,
): void {
  t.state.fill(-1);
  let row = 0;
  const point = new Float64Array(2);
  for (const lane of map.lanes) {
    for (let s = SPAWN_SPACING / 2; s < lane.length; s += SPAWN_SPACING) {
      if (random.next() >= options.density || row >= t.capacity) continue;
      lane.pointAt(s, 0, point);
      if (Math.hypot(point[0]! - x, point[1]! - y) < 25 || blocked(boxes, point)) continue;
      const at = row * TRAFFIC_STRIDE;
      t.state[at + T.lane] = lane.id;
      t.state[at + T.next] = pickNext(lane, random);
      t.state[at + T.s] = s;
      t.state[at + T.speed] = 0;
      t.state[at + T.lateral] = 0;
      t.state[at + T.wait] = 0;
      t.state[at + T.phase] = random.integer(CHANGE_EVERY);
      t.state[at + T.wanted] = DESIRED_SPEED * random.uniform(0.85, 1.25);
      t.state[at + T.active] = options.traffic === 'respawn' ? 1 : 0;
      t.state[at + T.size] = vehicleClass(row);
      row++;
    }
  }
}

function blocked(boxes: Boxes, point: Float64Array): boolean {
  for (let i = 0; i < boxes.count; i++) {
    if (boxes.kind[i] === BOX_KIND.none || boxes.kind[i] === BOX_KIND.vehicle) continue;
    if (Math.hypot(boxes.x[i]! - point[0]!, boxes.y[i]! - point[1]!) < 12) return true;
  }
  return false;
}

function pickNext(lane: Lane, random: Random): number {
  const n = lane.trafficSuccessors.length;
  return n === 0 ? -1 : lane.trafficSuccessors[random.integer(n)]!;
}

/** Slots have fixed classes, so that a body looks the same in every episode. */
export function vehicleClass(slot: number): number {
  return [0, 1, 0, 1, 2][slot % 5]!;
}

/** One control step of every car. */
export function stepTraffic(
  t: Traffic,
  map: RoadMap,
  options: DrivingOptions,
  boxes: Boxes,
  ego: EgoView,
  dt: number,
  random: Random,
): void {
  const { state } = t;
  for (let i = 0; i < t.capacity; i++) {
    const at = i * TRAFFIC_STRIDE;
    if (state[at + T.lane]! < 0) continue;
    const lane = map.lanes[state[at + T.lane]!]!;
    if (state[at + T.active] === 0) {
      if (map.roads[lane.road]!.block > ego.block) continue;
      state[at + T.active] = 1;
    }
    const acceleration = drive(t, i, map, boxes, ego, dt);
    const speed = Math.max(0, state[at + T.speed]! + acceleration * dt);
    state[at + T.speed] = speed;
    state[at + T.s]! += speed * dt;
    const lateral = state[at + T.lateral]!;
    const slide = Math.min(Math.abs(lateral), CHANGE_SPEED * dt * Math.min(1, speed / 3));
    state[at + T.lateral] = lateral - Math.sign(lateral) * slide;
    state[at + T.phase]! += 1;
    if (state[at + T.phase]! >= CHANGE_EVERY) {
      state[at + T.phase] = 0;
      considerChange(t, i, map, boxes, ego);
    }
    advanceLane(t, i, map, options, random);
  }
}

/** Move on to the next lane at a lane's end; at a dead end leave, or start again elsewhere. */
function advanceLane(
  t: Traffic,
  i: number,
  map: RoadMap,
  options: DrivingOptions,
  random: Random,
): void {
  const { state } = t;
  const at = i * TRAFFIC_STRIDE;
  const lane = map.lanes[state[at + T.lane]!]!;
  if (state[at + T.s]! < lane.length) return;
  const next = state[at + T.next]!;
  if (next >= 0) {
    state[at + T.s]! -= lane.length;
    state[at + T.lane] = next;
    state[at + T.next] = pickNext(map.lanes[next]!, random);
    state[at + T.wait] = 0;
    return;
  }
  if (options.traffic === 'trigger') {
    state[at + T.lane] = -1;
    return;
  }
  const fresh = map.lanes[random.integer(map.lanes.length)]!;
  state[at + T.lane] = fresh.id;
  state[at + T.next] = pickNext(fresh, random);
  state[at + T.s] = 0;
  state[at + T.lateral] = 0;
}

const leader = { gap: 0, speed: 0 };

/** IDM acceleration towards the nearest thing ahead. */
function drive(
  t: Traffic,
  i: number,
  map: RoadMap,
  boxes: Boxes,
  ego: EgoView,
  dt: number,
): number {
  const { state } = t;
  const at = i * TRAFFIC_STRIDE;
  const lane = map.lanes[state[at + T.lane]!]!;
  findLeader(t, i, lane, state[at + T.s]!, state[at + T.next]!, map, boxes, ego);
  const toEnd = lane.length - state[at + T.s]!;
  const next = state[at + T.next]! >= 0 ? map.lanes[state[at + T.next]!] : undefined;
  if (next && toEnd < 20 && mustYield(t, i, next, map, ego, state[at + T.wait]!)) {
    state[at + T.wait]! += dt;
    if (toEnd < leader.gap) {
      leader.gap = toEnd;
      leader.speed = 0;
    }
  }
  const curve = Math.abs(next && toEnd < 12 ? next.curvature : lane.curvature);
  const wanted = Math.min(state[at + T.wanted]!, curve > 0 ? Math.sqrt(2.5 / curve) : 99);
  return idm(state[at + T.speed]!, wanted, leader.gap, leader.speed);
}

function idm(speed: number, wanted: number, gap: number, leaderSpeed: number): number {
  const free = 1 - (speed / wanted) ** DELTA;
  if (gap >= SIGHT) return Math.max(-DECELERATION, ACCELERATION * free);
  const closing = (speed * (speed - leaderSpeed)) / (2 * Math.sqrt(ACCELERATION * DECELERATION));
  // MetaDrive's 10 m are centre to centre; bumper to bumper that leaves five.
  const desired = GAP / 2 + Math.max(0, speed * HEADWAY + closing);
  const interaction = (desired / Math.max(0.5, gap)) ** 2;
  return Math.max(-2 * DECELERATION, ACCELERATION * (free - interaction));
}

/** Nearest car, object or agent ahead on `lane` from `s` on, then on `nextId`. */
function findLeader(
  t: Traffic,
  self: number,
  lane: Lane,
  s: number,
  nextId: number,
  map: RoadMap,
  boxes: Boxes,
  ego: EgoView,
): void {
  leader.gap = SIGHT;
  leader.speed = 0;
  const own = VEHICLE_CLASSES[t.state[self * TRAFFIC_STRIDE + T.size]!]!.halfLength;
  scanLane(t, self, lane, s, 0, own, boxes, ego);
  const rest = lane.length - s;
  if (nextId >= 0 && rest < SIGHT) {
    scanLane(t, self, map.lanes[nextId]!, -1e-6, rest, own, boxes, ego);
  }
}

function scanLane(
  t: Traffic,
  self: number,
  lane: Lane,
  s: number,
  before: number,
  own: number,
  boxes: Boxes,
  ego: EgoView,
): void {
  const { state } = t;
  for (let j = 0; j < t.capacity; j++) {
    const at = j * TRAFFIC_STRIDE;
    if (j === self || state[at + T.lane] !== lane.id || state[at + T.s]! <= s) continue;
    const half = VEHICLE_CLASSES[state[at + T.size]!]!.halfLength;
    closer(before + state[at + T.s]! - Math.max(0, s) - own - half, state[at + T.speed]!);
  }
  for (let k = 0; k < ego.laneCount; k++) {
    if (ego.lanes[k] !== lane.id || ego.s[k]! <= s) continue;
    closer(before + ego.s[k]! - Math.max(0, s) - own - ego.halfLength, ego.speed);
  }
  scanObjects(t, self, lane, s, before, own, boxes);
}

const at: LanePosition = { s: 0, lateral: 0 };

function scanObjects(
  t: Traffic,
  self: number,
  lane: Lane,
  s: number,
  before: number,
  own: number,
  boxes: Boxes,
): void {
  const x = boxes.x[self]!;
  const y = boxes.y[self]!;
  // Objects are the rows after the cars; what is farther than sight plus a car is not in the way.
  for (let b = t.capacity; b < boxes.count; b++) {
    if (boxes.kind[b]! <= BOX_KIND.vehicle) continue;
    const dx = boxes.x[b]! - x;
    const dy = boxes.y[b]! - y;
    if (dx * dx + dy * dy > (SIGHT + 10) * (SIGHT + 10)) continue;
    lane.project(boxes.x[b]!, boxes.y[b]!, at);
    const inside = Math.abs(at.lateral) < lane.width / 2 && at.s > s && at.s < lane.length;
    if (inside) closer(before + at.s - Math.max(0, s) - own - boxes.halfLength[b]!, 0);
  }
}

function closer(gap: number, speed: number): void {
  if (gap >= leader.gap) return;
  leader.gap = gap;
  leader.speed = speed;
}

/** Somebody with priority is on, or about to reach, a lane that `next` must give way to. */
function mustYield(
  t: Traffic,
  self: number,
  next: Lane,
  map: RoadMap,
  ego: EgoView,
  waited: number,
): boolean {
  if (occupied(t, self, next.conflicts, map, ego, 0)) return true;
  return waited < PATIENCE && occupied(t, self, next.yieldTo, map, ego, 25);
}

/** A car on one of the lanes, or within `approach` metres before its start. */
function occupied(
  t: Traffic,
  self: number,
  lanes: readonly number[],
  map: RoadMap,
  ego: EgoView,
  approach: number,
): boolean {
  for (let l = 0; l < lanes.length; l++) {
    const id = lanes[l]!;
    for (let k = 0; k < ego.laneCount; k++) if (ego.lanes[k] === id) return true;
    for (let j = 0; j < t.capacity; j++) {
      const at = j * TRAFFIC_STRIDE;
      if (j === self || t.state[at + T.lane]! < 0) continue;
      if (t.state[at + T.lane] === id) return true;
      if (approach === 0 || t.state[at + T.next] !== id || t.state[at + T.speed]! < 1) continue;
      const lane = map.lanes[t.state[at + T.lane]!]!;
      if (lane.length - t.state[at + T.s]! < approach) return true;
    }
  }
  return false;
}

/** MOBIL: change when the gain outweighs what it costs the new follower, and is safe for them. */
function considerChange(t: Traffic, i: number, map: RoadMap, boxes: Boxes, ego: EgoView): void {
  const { state } = t;
  const row = i * TRAFFIC_STRIDE;
  const lane = map.lanes[state[row + T.lane]!]!;
  if (Math.abs(state[row + T.lateral]!) > 0.3 || lane.length - state[row + T.s]! < 15) return;
  const speed = state[row + T.speed]!;
  const wanted = state[row + T.wanted]!;
  findLeader(t, i, lane, state[row + T.s]!, state[row + T.next]!, map, boxes, ego);
  const stay = idm(speed, wanted, leader.gap, leader.speed);
  let best = CHANGE_GAIN;
  let target = -1;
  for (let side = 0; side < 2; side++) {
    const id = side === 0 ? lane.left : lane.right;
    if (id < 0) continue;
    const other = map.lanes[id]!;
    const s = (state[row + T.s]! / lane.length) * other.length;
    findLeader(t, i, other, s, other.trafficSuccessors[0] ?? -1, map, boxes, ego);
    if (leader.gap < 2) continue;
    const go = idm(speed, wanted, leader.gap, leader.speed);
    const harm = followerBraking(t, i, other, s, speed, ego);
    if (harm > SAFE_BRAKING) continue;
    const gain = go - stay - POLITENESS * harm;
    if (gain > best) {
      best = gain;
      target = id;
    }
  }
  if (target < 0) return;
  const other = map.lanes[target]!;
  state[row + T.s] = (state[row + T.s]! / lane.length) * other.length;
  state[row + T.lateral] = (target === lane.left ? -1 : 1) * lane.width;
  state[row + T.lane] = target;
  state[row + T.next] = other.trafficSuccessors[0] ?? -1;
}

/** m/s² that the nearest one behind on `lane` would have to brake. */
function followerBraking(
  t: Traffic,
  self: number,
  lane: Lane,
  s: number,
  speed: number,
  ego: EgoView,
): number {
  const { state } = t;
  const own = VEHICLE_CLASSES[state[self * TRAFFIC_STRIDE + T.size]!]!.halfLength;
  let gap = SIGHT;
  let behind = 0;
  for (let j = 0; j < t.capacity; j++) {
    const row = j * TRAFFIC_STRIDE;
    if (j === self || state[row + T.lane] !== lane.id || state[row + T.s]! > s) continue;
    const half = VEHICLE_CLASSES[state[row + T.size]!]!.halfLength;
    const distance = s - state[row + T.s]! - own - half;
    if (distance >= gap) continue;
    gap = distance;
    behind = state[row + T.speed]!;
  }
  for (let k = 0; k < ego.laneCount; k++) {
    if (ego.lanes[k] !== lane.id || ego.s[k]! > s) continue;
    const distance = s - ego.s[k]! - own - ego.halfLength;
    if (distance >= gap) continue;
    gap = distance;
    behind = ego.speed;
  }
  return gap >= SIGHT ? 0 : Math.max(0, -idm(behind, DESIRED_SPEED * 1.25, gap, speed));
}

const point = new Float64Array(2);

/** Copy poses into rows 0 … capacity − 1 of the boxes. */
export function writeTrafficBoxes(t: Traffic, map: RoadMap, boxes: Boxes): void {
  for (let i = 0; i < t.capacity; i++) {
    const row = i * TRAFFIC_STRIDE;
    const id = t.state[row + T.lane]!;
    if (id < 0) {
      boxes.kind[i] = BOX_KIND.none;
      continue;
    }
    const lane = map.lanes[id]!;
    const s = t.state[row + T.s]!;
    const lateral = t.state[row + T.lateral]!;
    const size = VEHICLE_CLASSES[t.state[row + T.size]!]!;
    lane.pointAt(s, lateral, point);
    // While changing lane the nose points where the car slides to.
    const slip = Math.sign(lateral) * Math.min(0.12, Math.abs(lateral) * 0.1);
    boxes.kind[i] = BOX_KIND.vehicle;
    boxes.halfLength[i] = size.halfLength;
    boxes.halfWidth[i] = size.halfWidth;
    boxes.reach[i] = Math.hypot(size.halfLength, size.halfWidth);
    placeBox(boxes, i, point[0]!, point[1]!, lane.headingAt(s) - slip);
  }
}

/** Speed of car `i`, m/s. */
export function trafficSpeed(t: Traffic, i: number): number {
  return t.state[i * TRAFFIC_STRIDE + T.speed]!;
}

/** Speed of car `i` along the unit vector (nx, ny), m/s. */
export function trafficSpeedAlong(t: Traffic, i: number, boxes: Boxes, nx: number, ny: number) {
  return trafficSpeed(t, i) * (boxes.cos[i]! * nx + boxes.sin[i]! * ny);
}

/** Push car `i` by `distance` metres and `impulse` m/s along the unit vector (nx, ny). */
export function pushCar(
  t: Traffic,
  i: number,
  boxes: Boxes,
  nx: number,
  ny: number,
  distance: number,
  impulse: number,
): void {
  const { state } = t;
  const at = i * TRAFFIC_STRIDE;
  const along = boxes.cos[i]! * nx + boxes.sin[i]! * ny;
  const aside = boxes.cos[i]! * ny - boxes.sin[i]! * nx;
  state[at + T.s] = Math.max(0, state[at + T.s]! + along * distance);
  state[at + T.lateral] = Math.max(-3, Math.min(3, state[at + T.lateral]! + aside * distance));
  state[at + T.speed] = Math.max(0, state[at + T.speed]! + along * impulse);
}
