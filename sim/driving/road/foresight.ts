/**
 * Whether the agent, driving on along its lanes, would meet another car in the next seconds. Other cars
 * follow their lanes at the speed they have; the agent changes to a speed of its choice. Changes nothing.
 */
import { BOX_KIND } from '../frame/boxes.ts';
import type { Lane, LanePosition } from '../map/contract.ts';
import { T, TRAFFIC_STRIDE } from '../traffic/car-following.ts';
import { V } from '../vehicle/vehicle.ts';
import type { DrivingWorld } from './world.ts';

/** Seconds looked ahead, and between looks. */
const HORIZON = 3;
const STEP = 0.25;
/** Metres kept around the agent: along and across. */
const MARGIN_AHEAD = 1;
const MARGIN_ASIDE = 0.3;
/** Cars farther away do not matter, metres. */
const NEAR = 45;
/** m/s²; how fast the agent gets to the speed it wants. */
const BRAKING = 4;
const ACCELERATING = 2;
/** Seconds that the agent needs to reach the lane it wants. */
const SETTLE = 1.2;
const CHANGE_SPEED = 1.2;

const SAMPLES = Math.floor(HORIZON / STEP);
/** Lane after `lane` on the agent's way, `index` roads into the route. */
export type NextLane = (world: DrivingWorld, lane: Lane, index: number) => Lane | undefined;

/** The agent's x, y, cos and sin of its heading at every look. */
const ego = new Float64Array(SAMPLES * 4);
const point = new Float64Array(2);
const at: LanePosition = { s: 0, lateral: 0 };

/**
 * The highest of a few speeds up to `wanted` at which the agent meets no car, on `lane` and on the lanes
 * that `next` gives after it.
 */
export function safeSpeed(
  world: DrivingWorld,
  lane: Lane,
  next: NextLane,
  shift: number,
  wanted: number,
): number {
  if (!isCarNear(world)) return wanted;
  const speed = world.state[V.vx]!;
  for (let k = 0; k < 4; k++) {
    const tried = k === 0 ? wanted : Math.min(wanted, speed * (1 - k / 4) - (k === 3 ? 1 : 0));
    predictAgent(world, lane, next, shift, tried);
    if (!meetsCar(world)) return tried;
  }
  return 0;
}

function isCarNear({ state, boxes, traffic }: DrivingWorld): boolean {
  for (let i = 0; i < traffic.capacity; i++) {
    if (boxes.kind[i] === BOX_KIND.none) continue;
    if (near(boxes.x[i]! - state[V.x]!, boxes.y[i]! - state[V.y]!)) return true;
  }
  return false;
}

const near = (dx: number, dy: number) => dx * dx + dy * dy < NEAR * NEAR;

function predictAgent(
  world: DrivingWorld,
  lane: Lane,
  next: NextLane,
  shift: number,
  wanted: number,
): void {
  const { state } = world;
  lane.project(state[V.x]!, state[V.y]!, at);
  const aside = at.lateral - shift;
  let s = at.s;
  let speed = state[V.vx]!;
  let current = lane;
  let index = world.navigation.index;
  for (let k = 0; k < SAMPLES; k++) {
    const change = wanted - speed;
    speed += Math.max(-BRAKING * STEP, Math.min(ACCELERATING * STEP, change));
    s += Math.max(0, speed) * STEP;
    while (s > current.length) {
      const after = next(world, current, index);
      if (!after) break;
      s -= current.length;
      current = after;
      index++;
    }
    const t = (k + 1) * STEP;
    current.pointAt(s, shift + aside * Math.max(0, 1 - t / SETTLE), point);
    const heading = current.headingAt(s);
    ego[4 * k] = point[0]!;
    ego[4 * k + 1] = point[1]!;
    ego[4 * k + 2] = Math.cos(heading);
    ego[4 * k + 3] = Math.sin(heading);
  }
}

function meetsCar(world: DrivingWorld): boolean {
  const { state, boxes, traffic } = world;
  for (let i = 0; i < traffic.capacity; i++) {
    if (boxes.kind[i] === BOX_KIND.none) continue;
    if (!near(boxes.x[i]! - state[V.x]!, boxes.y[i]! - state[V.y]!)) continue;
    if (meets(world, i)) return true;
  }
  return false;
}

/** Whether car `i` gets in the agent's way in front of it. The agent cannot avoid a car that hits it from behind. */
function meets(world: DrivingWorld, i: number): boolean {
  const { traffic, map, boxes, vehicle } = world;
  const row = i * TRAFFIC_STRIDE;
  const speed = traffic.state[row + T.speed]!;
  const lateral = traffic.state[row + T.lateral]!;
  const following = traffic.state[row + T.next]!;
  let lane = map.lanes[traffic.state[row + T.lane]!]!;
  let s = traffic.state[row + T.s]!;
  for (let k = 0; k < SAMPLES; k++) {
    s += speed * STEP;
    if (s > lane.length) {
      if (following < 0 || lane.id === following) return false;
      s -= lane.length;
      lane = map.lanes[following]!;
    }
    const slide = CHANGE_SPEED * Math.min(1, speed / 3) * (k + 1) * STEP;
    const aside = Math.sign(lateral) * Math.max(0, Math.abs(lateral) - slide);
    lane.pointAt(s, aside, point);
    const dx = point[0]! - ego[4 * k]!;
    const dy = point[1]! - ego[4 * k + 1]!;
    const cos = ego[4 * k + 2]!;
    const sin = ego[4 * k + 3]!;
    const ahead = dx * cos + dy * sin;
    if (ahead < 0) continue;
    const heading = lane.headingAt(s);
    const along = Math.abs(Math.cos(heading) * cos + Math.sin(heading) * sin);
    const across = Math.sqrt(Math.max(0, 1 - along * along));
    const long = boxes.halfLength[i]! * along + boxes.halfWidth[i]! * across;
    const wide = boxes.halfLength[i]! * across + boxes.halfWidth[i]! * along;
    if (ahead > long + vehicle.length / 2 + MARGIN_AHEAD) continue;
    const left = dy * cos - dx * sin;
    if (Math.abs(left) < wide + vehicle.width / 2 + MARGIN_ASIDE) return true;
  }
  return false;
}
