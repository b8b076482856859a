/**
 * Pedestrians and cyclists who cross the road: each waits at the kerb, crosses when no car comes (one in
 * four takes far too small a gap), waits on the other side, and comes back. Places and habits follow from the seed;
 * positions and hits are state.
 */
import type { Random } from '../../random.ts';
import { BOX_KIND, type Boxes, placeBox, sizeBox } from '../frame/boxes.ts';
import type { Lane, RoadMap, Route } from '../map/contract.ts';

/** Columns of a person's state. */
const P = {
  /** Metres from the right-hand kerb's side, and which way: 1 to the left, −1 back. */
  along: 0,
  way: 1,
  /** Seconds left to wait; negative while crossing. */
  wait: 2,
  /** 1 once the agent has hit the person, who is then gone. */
  hit: 3,
  speed: 4,
} as const;
export const PERSON_STRIDE = 5;

/** Crossing places per block and kind. */
const PLACES = 4;
/** Metres outside the outermost lanes where people wait. */
const KERB = 1.5;
/** Share who take too small a gap, and seconds that the others want beyond their crossing time. */
const CARELESS = 0.25;
const CAUTION = 1;
/** While crossing: metres looked ahead, seconds over which cars are predicted, metres kept from them. */
const AHEAD = 1.4;
const LOOK = 0.6;
const KEEP = 2.4;
/** m/s: walking (HCM 2010: 1.2 on average), and riding across. */
const SPEED = { pedestrian: [1, 1.6], cyclist: [2.5, 4.5] } as const;
const SIZE = {
  pedestrian: { halfLength: 0.25, halfWidth: 0.3 },
  cyclist: { halfLength: 0.88, halfWidth: 0.3 },
} as const;

/** Habits and place of one slot, fixed for an episode. */
interface Habit {
  present: boolean;
  lane: Lane | undefined;
  s: number;
  /** Lateral offset on the lane where the way begins and ends, metres. */
  from: number;
  to: number;
  speed: number;
  wait: number;
  careless: boolean;
}

export interface People {
  /** First row of the boxes; pedestrians, then cyclists. */
  readonly start: number;
  readonly pedestrians: number;
  readonly cyclists: number;
  /** (count, PERSON_STRIDE) */
  readonly state: Float64Array;
  readonly habits: readonly Habit[];
}

/** As many rows as a world of that many blocks needs; a kind whose density is 0 has none. */
export function createPeople(
  start: number,
  blocks: number,
  density: { readonly pedestrians: number; readonly cyclists: number },
): People {
  const pedestrians = density.pedestrians > 0 ? PLACES * blocks : 0;
  const cyclists = density.cyclists > 0 ? PLACES * blocks : 0;
  const count = pedestrians + cyclists;
  const habits = Array.from({ length: count }, () => ({
    present: false,
    lane: undefined,
    s: 0,
    from: 0,
    to: 0,
    speed: 0,
    wait: 0,
    careless: false,
  }));
  return { start, pedestrians, cyclists, state: new Float64Array(count * PERSON_STRIDE), habits };
}

export function peopleCount(p: People): number {
  return p.pedestrians + p.cyclists;
}

/** Chooses places and habits, with every person at a kerb. The first block stays clear: episodes start there. */
export function placePeople(
  p: People,
  map: RoadMap,
  route: Route,
  density: { readonly pedestrians: number; readonly cyclists: number },
  random: Random,
): void {
  const roads = route.roads.filter((id) => {
    const road = map.roads[id]!;
    return road.block > 0 && road.length >= 15 && !map.lanes[road.lanes[0]!]!.junction;
  });
  for (let i = 0; i < p.habits.length; i++) {
    const habit = p.habits[i]!;
    const rides = i >= p.pedestrians;
    const road = map.roads[roads[random.integer(Math.max(1, roads.length))] ?? -1];
    const along = random.uniform(0.15, 0.85);
    const [slow, fast] = rides ? SPEED.cyclist : SPEED.pedestrian;
    habit.speed = random.uniform(slow, fast);
    habit.wait = random.uniform(1, 8);
    habit.careless = random.next() < CARELESS;
    const left = random.next() < 0.5;
    const first = random.uniform(0, 5);
    habit.present = random.next() < (rides ? density.cyclists : density.pedestrians) && !!road;
    const at = i * PERSON_STRIDE;
    p.state.fill(0, at, at + PERSON_STRIDE);
    if (!habit.present || !road) continue;
    const lane = map.lanes[road.lanes[0]!]!;
    const across = map.roads[road.opposite]?.lanes.length ?? 0;
    habit.lane = lane;
    habit.s = along * lane.length;
    habit.from = -(road.lanes.length - 0.5) * lane.width - KERB;
    habit.to = (across + 0.5) * lane.width + KERB;
    p.state[at + P.along] = left ? habit.to - habit.from : 0;
    p.state[at + P.way] = left ? -1 : 1;
    p.state[at + P.wait] = first;
  }
}

/** A car as people see it: its position and velocity. */
export interface Car {
  x: number;
  y: number;
  vx: number;
  vy: number;
}

/** The agent and every car of the traffic. */
export interface Cars {
  readonly count: number;
  read(i: number, out: Car): void;
}

const point = new Float64Array(2);
const here = new Float64Array(2);
const car: Car = { x: 0, y: 0, vx: 0, vy: 0 };

export function stepPeople(p: People, cars: Cars, dt: number): void {
  for (let i = 0; i < p.habits.length; i++) {
    const habit = p.habits[i]!;
    const at = i * PERSON_STRIDE;
    if (!habit.present || !habit.lane || p.state[at + P.hit] === 1) continue;
    p.state[at + P.speed] = 0;
    if (p.state[at + P.wait]! >= 0) {
      const left = p.state[at + P.wait]! - dt;
      p.state[at + P.wait] = Math.max(0, left);
      if (left < 0 && clear(habit, cars)) p.state[at + P.wait] = -1;
      continue;
    }
    if (blocked(p, i, habit, cars)) continue;
    p.state[at + P.speed] = habit.speed;
    const way = p.state[at + P.way]!;
    const along = p.state[at + P.along]! + way * habit.speed * dt;
    const width = habit.to - habit.from;
    p.state[at + P.along] = Math.max(0, Math.min(width, along));
    if (along > 0 && along < width) continue;
    p.state[at + P.way] = -way;
    p.state[at + P.wait] = habit.wait;
  }
}

/** Whether no car arrives before the person is across; careless people take a gap of a third of that. */
function clear(habit: Habit, cars: Cars): boolean {
  habit.lane!.pointAt(habit.s, (habit.from + habit.to) / 2, point);
  const half = (habit.to - habit.from) / 2;
  const crossing = (2 * half) / habit.speed;
  const time = habit.careless ? crossing / 3 : crossing + CAUTION;
  for (let i = 0; i < cars.count; i++) {
    cars.read(i, car);
    const dx = point[0]! - car.x;
    const dy = point[1]! - car.y;
    const distance = Math.hypot(dx, dy);
    const closing = (car.vx * dx + car.vy * dy) / Math.max(distance, 1);
    if (distance < half + 3 && (closing > 0.5 || !habit.careless)) return false;
    if (closing > 0.5 && (distance - half) / closing < time) return false;
  }
  return true;
}

/** Whether the next step leads into a car, or to where one will be in a moment. */
function blocked(p: People, i: number, habit: Habit, cars: Cars): boolean {
  const at = i * PERSON_STRIDE;
  const along = habit.from + p.state[at + P.along]!;
  habit.lane!.pointAt(habit.s, along, here);
  habit.lane!.pointAt(habit.s, along + p.state[at + P.way]! * AHEAD, point);
  for (let k = 0; k < cars.count; k++) {
    cars.read(k, car);
    const x = car.x + LOOK * car.vx;
    const y = car.y + LOOK * car.vy;
    const next = Math.hypot(x - point[0]!, y - point[1]!);
    // Walking away from a car is always allowed.
    if (next < KEEP && next < Math.hypot(x - here[0]!, y - here[1]!)) return true;
  }
  return false;
}

/** Copy poses into the boxes. */
export function writePeopleBoxes(p: People, boxes: Boxes): void {
  for (let i = 0; i < p.habits.length; i++) {
    const row = p.start + i;
    const at = i * PERSON_STRIDE;
    const { present, lane, s, from } = p.habits[i]!;
    if (!present || !lane || p.state[at + P.hit] === 1) {
      boxes.kind[row] = BOX_KIND.none;
      continue;
    }
    const rides = i >= p.pedestrians;
    const size = rides ? SIZE.cyclist : SIZE.pedestrian;
    boxes.kind[row] = rides ? BOX_KIND.cyclist : BOX_KIND.pedestrian;
    sizeBox(boxes, row, size.halfLength, size.halfWidth);
    lane.pointAt(s, from + p.state[at + P.along]!, point);
    const heading = lane.headingAt(s) + (p.state[at + P.way]! * Math.PI) / 2;
    placeBox(boxes, row, point[0]!, point[1]!, heading);
  }
}

/** The person in row `row` was hit: the row is empty from now on. */
export function hitPerson(p: People, row: number, boxes: Boxes): void {
  p.state[(row - p.start) * PERSON_STRIDE + P.hit] = 1;
  boxes.kind[row] = BOX_KIND.none;
}

/** Speed of the person in row `row`, m/s; 0 for rows that hold something else. */
export function personSpeed(p: People, row: number): number {
  return row < p.start ? 0 : p.state[(row - p.start) * PERSON_STRIDE + P.speed]!;
}
