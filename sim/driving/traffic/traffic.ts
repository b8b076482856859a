/**
 * Other cars: IDM along lanes (Treiber et al. 2000), MOBIL lane changes (Kesting et al. 2007), and
 * yielding before junctions. They run on rails (lane, s, lateral offset), which keeps them stable and
 * cheap. Numbers are MetaDrive's (idm_policy.py): 30 km/h, gap 10 m, headway 1.5 s, δ = 10, 1 and −5 m/s².
 */
import type { Random } from '../../random.ts';
import { BOX_KIND, type Boxes, placeBox, sizeBox } from '../frame/boxes.ts';
import { length2 } from '../frame/length.ts';
import type { Lane, RoadMap } from '../map/contract.ts';
import { C, COURSE_STRIDE, headingOn, pointOn, sharpestOn } from '../map/course.ts';
import {
  DESIRED_SPEED,
  type EgoView,
  findLeader,
  follow,
  leader,
  nextSpeed,
  T,
  TRAFFIC_STRIDE,
  type Traffic,
  VEHICLE_CLASSES,
} from './car-following.ts';
import { addCar, clearCars, createLaneBuckets, removeCar } from './lane-buckets.ts';
import { considerChange } from './lane-change.ts';

/** Steps between two decisions about changing lane, and metres per second sideways during a change. */
const CHANGE_EVERY = 50;
const CHANGE_SPEED = 1.2;
/** Seconds after which a waiting car creeps into a junction whose interior is empty. */
const PATIENCE = 6;
const SPAWN_SPACING = 10;
/** No car starts on a lane that is narrower here, metres. */
const NARROW = 2;
/** Metres ahead within which bends slow a car down. */
const BEND_AHEAD = 12;

export interface TrafficOptions {
  /** Fraction of spawn points (one every 10 m of lane) that hold a vehicle. */
  readonly density: number;
  /** trigger: traffic of a block starts when the agent enters it; respawn: drives from the start and reappears. */
  readonly traffic: 'trigger' | 'respawn';
  /** Present: traffic and density as in MetaDrive. */
  readonly compat?: string;
}

export function createTraffic(capacity: number, kmh = false): Traffic {
  return {
    capacity,
    kmh,
    state: new Float64Array(capacity * TRAFFIC_STRIDE).fill(-1),
    moved: new Uint8Array(capacity),
    buckets: createLaneBuckets(capacity),
  };
}

/** Takes note of a state that was written from outside: lists every car under its lane, and has all drawn again. */
export function indexTraffic(t: Traffic): void {
  clearCars(t.buckets);
  t.moved.fill(1);
  // Backwards, so that each goes to the front of its list.
  for (let i = t.capacity - 1; i >= 0; i--) {
    const lane = t.state[i * TRAFFIC_STRIDE + T.lane]!;
    if (lane >= 0) addCar(t.buckets, i, lane);
  }
}

/** Fill spawn points at random; keeps `clear` metres around (x, y) free. */
export function spawnTraffic(
  t: Traffic,
  map: RoadMap,
  options: TrafficOptions,
  boxes: Boxes,
  x: number,
  y: number,
  random: Random,
): void {
  t.state.fill(-1);
  let row = 0;
  const point = new Float64Array(2);
  if (options.compat) {
    for (const [lane, s] of pointsByBlock(map, options.density, random)) {
      if (row >= t.capacity) break;
      lane.pointAt(s, 0, point);
      if (length2(point[0]! - x, point[1]! - y) < 10 || blocked(boxes, point)) continue;
      place(t, row++, lane, s, options, random);
    }
    indexTraffic(t);
    return;
  }
  for (const lane of map.trafficLanes ?? map.lanes) {
    for (let s = SPAWN_SPACING / 2; s < lane.length; s += SPAWN_SPACING) {
      if (random.next() >= options.density || row >= t.capacity) continue;
      if (lane.widthAt(s) < NARROW) continue;
      lane.pointAt(s, 0, point);
      if (length2(point[0]! - x, point[1]! - y) < 25 || blocked(boxes, point)) continue;
      place(t, row++, lane, s, options, random);
    }
  }
  indexTraffic(t);
}

function place(
  t: Traffic,
  row: number,
  lane: Lane,
  s: number,
  options: TrafficOptions,
  random: Random,
): void {
  const at = row * TRAFFIC_STRIDE;
  t.state[at + T.lane] = lane.id;
  t.state[at + T.next] = pickNext(lane, random);
  t.state[at + T.s] = s;
  t.state[at + T.speed] = 0;
  t.state[at + T.lateral] = 0;
  t.state[at + T.wait] = 0;
  t.state[at + T.phase] = random.integer(CHANGE_EVERY);
  // All of MetaDrive's cars want the same speed.
  t.state[at + T.wanted] = options.compat
    ? DESIRED_SPEED
    : DESIRED_SPEED * random.uniform(0.85, 1.25);
  t.state[at + T.active] = options.traffic === 'respawn' ? 1 : 0;
  t.state[at + T.size] = vehicleClass(row);
}

/**
 * MetaDrive's density: of a block's spawn points, ⌊⌊metres of lane / 10⌋ · density⌋ at random. Lanes that lead
 * towards the destination count, but not those inside junctions, and not the block where episodes start.
 */
function pointsByBlock(map: RoadMap, density: number, random: Random): [Lane, number][] {
  return map.blocks.slice(1).flatMap(({ roads }) => {
    const onward = roads.filter((id) => map.route(id));
    const lanes = onward.flatMap((id) => map.roads[id]!.lanes.map((lane) => map.lanes[lane]!));
    const open = lanes.filter(({ junction }) => !junction);
    const points = open.flatMap((lane) =>
      Array.from({ length: Math.floor(lane.length / SPAWN_SPACING) }, (_, i): [Lane, number] => [
        lane,
        i * SPAWN_SPACING,
      ]),
    );
    const metres = open.reduce((sum, lane) => sum + lane.length, 0);
    const count = Math.floor(Math.floor(metres / SPAWN_SPACING) * density);
    for (let i = points.length - 1; i > 0; i--) {
      const k = random.integer(i + 1);
      [points[i], points[k]] = [points[k]!, points[i]!];
    }
    return points.slice(0, count);
  });
}

function blocked(boxes: Boxes, point: Float64Array): boolean {
  for (let i = 0; i < boxes.count; i++) {
    if (boxes.kind[i] === BOX_KIND.none || boxes.kind[i] === BOX_KIND.vehicle) continue;
    if (length2(boxes.x[i]! - point[0]!, boxes.y[i]! - point[1]!) < 12) return true;
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

/** Rows 0 … capacity − 1 of the boxes get the sizes of the slots' classes. */
export function sizeTrafficBoxes(t: Traffic, boxes: Boxes): void {
  for (let i = 0; i < t.capacity; i++) {
    const { halfLength, halfWidth } = VEHICLE_CLASSES[vehicleClass(i)]!;
    sizeBox(boxes, i, halfLength, halfWidth);
  }
}

/** One control step of every car. */
export function stepTraffic(
  t: Traffic,
  map: RoadMap,
  options: TrafficOptions,
  boxes: Boxes,
  ego: EgoView,
  dt: number,
  random: Random,
): void {
  const { state, moved } = t;
  const { courses } = map;
  for (let i = 0; i < t.capacity; i++) {
    // Empty slots are skipped by the boxes' small column: their state need not be fetched.
    if (boxes.kind[i] === BOX_KIND.none) continue;
    const at = i * TRAFFIC_STRIDE;
    if (state[at + T.active] === 0) {
      const course = state[at + T.lane]! * COURSE_STRIDE;
      if (courses[course + C.block]! > ego.block) continue;
      state[at + T.active] = 1;
    }
    drive(t, i, map, boxes, ego, dt);
    const speed = follow.nextSpeed;
    state[at + T.speed] = speed;
    state[at + T.s]! += speed * dt;
    if (speed > 0) moved[i] = 1;
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
  options: TrafficOptions,
  random: Random,
): void {
  const { state } = t;
  const at = i * TRAFFIC_STRIDE;
  const lane = state[at + T.lane]!;
  const length = map.courses[lane * COURSE_STRIDE + C.length]!;
  if (state[at + T.s]! < length) return;
  const next = state[at + T.next]!;
  t.moved[i] = 1;
  removeCar(t.buckets, i, lane);
  if (next >= 0) {
    addCar(t.buckets, i, next);
    state[at + T.s]! -= length;
    state[at + T.lane] = next;
    state[at + T.next] = pickNext(map.lanes[next]!, random);
    state[at + T.wait] = 0;
    return;
  }
  if (options.traffic === 'trigger') {
    state[at + T.lane] = -1;
    return;
  }
  const lanes = map.trafficLanes ?? map.lanes;
  const fresh = lanes[random.integer(lanes.length)]!;
  addCar(t.buckets, i, fresh.id);
  state[at + T.lane] = fresh.id;
  state[at + T.next] = pickNext(fresh, random);
  state[at + T.s] = 0;
  state[at + T.lateral] = 0;
}

/** Writes the speed by IDM towards the nearest thing ahead into `follow`. */
function drive(t: Traffic, i: number, map: RoadMap, boxes: Boxes, ego: EgoView, dt: number): void {
  const { state } = t;
  const { courses } = map;
  const at = i * TRAFFIC_STRIDE;
  const lane = state[at + T.lane]!;
  const next = state[at + T.next]!;
  findLeader(t, i, lane, state[at + T.s]!, next, map, boxes, ego);
  const toEnd = courses[lane * COURSE_STRIDE + C.length]! - state[at + T.s]!;
  const crossed = next >= 0 && toEnd < 20 && courses[next * COURSE_STRIDE + C.crossed]! > 0;
  if (crossed && mustYield(t, i, map.lanes[next]!, map, ego, state[at + T.wait]!)) {
    state[at + T.wait]! += dt;
    if (toEnd < leader.gap) {
      leader.gap = toEnd;
      leader.speed = 0;
    }
  }
  const enters = next >= 0 && toEnd < BEND_AHEAD;
  const from = enters ? 0 : state[at + T.s]!;
  const curve = sharpestOn(courses, enters ? next : lane, from, from + BEND_AHEAD);
  follow.speed = state[at + T.speed]!;
  follow.wanted = Math.min(state[at + T.wanted]!, curve > 0 ? Math.sqrt(2.5 / curve) : 99);
  follow.kmh = t.kmh;
  follow.gap = leader.gap;
  follow.leaderSpeed = leader.speed;
  nextSpeed(dt);
}

/** Whether a road user with priority is on, or about to reach, a lane that `next` must give way to. */
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
  const { first, nextCar } = t.buckets;
  for (let l = 0; l < lanes.length; l++) {
    const id = lanes[l]!;
    for (let k = 0; k < ego.laneCount; k++) if (ego.lanes[k] === id) return true;
    const car = first[2 * id]!;
    if (car >= 0 && (car !== self || nextCar[car]! >= 0)) return true;
    if (approach > 0 && approached(t, self, id, map, approach)) return true;
  }
  return false;
}

/** A moving car on a lane before lane `id`, about to enter it. */
function approached(t: Traffic, self: number, id: number, map: RoadMap, approach: number): boolean {
  const { state, buckets } = t;
  const { predecessors } = map.lanes[id]!;
  for (let p = 0; p < predecessors.length; p++) {
    const lane = map.lanes[predecessors[p]!]!;
    for (let j = buckets.first[2 * lane.id]!; j >= 0; j = buckets.nextCar[j]!) {
      const at = j * TRAFFIC_STRIDE;
      if (j === self || state[at + T.next] !== id || state[at + T.speed]! < 1) continue;
      if (lane.length - state[at + T.s]! < approach) return true;
    }
  }
  return false;
}

const point = new Float64Array(2);

/** Copy poses of cars that moved into rows 0 … capacity − 1 of the boxes. */
export function writeTrafficBoxes(t: Traffic, map: RoadMap, boxes: Boxes): void {
  const { courses } = map;
  for (let i = 0; i < t.capacity; i++) {
    if (t.moved[i] === 0) continue;
    t.moved[i] = 0;
    const row = i * TRAFFIC_STRIDE;
    const id = t.state[row + T.lane]!;
    if (id < 0) {
      boxes.kind[i] = BOX_KIND.none;
      continue;
    }
    const s = t.state[row + T.s]!;
    const lateral = t.state[row + T.lateral]!;
    pointOn(courses, id, s, lateral, point);
    // While changing lane the nose points where the car slides to.
    const slip = Math.sign(lateral) * Math.min(0.12, Math.abs(lateral) * 0.1);
    boxes.kind[i] = BOX_KIND.vehicle;
    placeBox(boxes, i, point[0]!, point[1]!, headingOn(courses, id, s) - slip);
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
  t.moved[i] = 1;
  const at = i * TRAFFIC_STRIDE;
  const along = boxes.cos[i]! * nx + boxes.sin[i]! * ny;
  const aside = boxes.cos[i]! * ny - boxes.sin[i]! * nx;
  state[at + T.s] = Math.max(0, state[at + T.s]! + along * distance);
  state[at + T.lateral] = Math.max(-3, Math.min(3, state[at + T.lateral]! + aside * distance));
  state[at + T.speed] = Math.max(0, state[at + T.speed]! + along * impulse);
}
