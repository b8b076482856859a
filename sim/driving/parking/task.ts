/**
 * Parking: from somewhere in the aisle into the marked bay, the right way round, without touching
 * anything. The throttle drives forwards or backwards; no throttle brakes. Goal distances follow
 * highway-env's parking task (Leurent 2018). The reward is our own: differences of potentials, which
 * leave the best policy unchanged (Ng et al. 1999), plus terms for success and collision.
 */
import type { EndReason, SceneDescription, StepInfo } from '../../contract.ts';
import { createRandom } from '../../random.ts';
import { box } from '../../spaces.ts';
import { BOX_KIND } from '../frame/boxes.ts';
import { touchSolid } from '../frame/contact.ts';
import {
  CONTROL_DT,
  CRASH,
  createTaskEnvironment,
  type DrivingTask,
  HORIZON,
  type TaskEnvironment,
} from '../frame/episode.ts';
import { scan } from '../frame/lidar.ts';
import { writeBoxPoses, writeGroundPose } from '../frame/poses.ts';
import { savedIn } from '../frame/saved.ts';
import { COMPACT_CAR, stepVehicle, V, VEHICLE_STATE_SIZE } from '../vehicle/vehicle.ts';
import { arrangeLot, createLot, type Lot } from './lot.ts';
import type { ParkingOptions } from './options.ts';
import { wrapAngle } from './reeds-shepp.ts';
import { createParkingScene } from './scene.ts';

/** Parked: middle within 0.3 m, heading within 6°, slower than 0.15 m/s. */
export const TOLERANCE = { position: 0.3, heading: (6 * Math.PI) / 180, speed: 0.15 } as const;
/** Below this throttle the car brakes, this hard, and then stands still: reversing needs intent. */
const REST = 0.05;
const REST_BRAKE = -0.3;
const REWARD = { progress: 0.5, heading: 2, success: 10, collision: -5 };
const REWARD_TERMS = ['progress', 'heading', 'success', 'collision'];
const METRICS = [
  'positionError',
  'headingError',
  'manoeuvres',
  'time',
  'distance',
  'speed',
  'crashVehicle',
  'crashObject',
];
/** Metres and m/s that count as 1 in the observation. */
const VIEW = 25;
const MAX_SPEED = 8;
const NAMES = [
  'speed',
  'steer',
  'lastSteering',
  'lastThrottle',
  'goal.forward',
  'goal.left',
  'goal.cos',
  'goal.sin',
  'goal.distance',
];
const PARKING_STREAM = 0x7061;

const PARKED: EndReason = { id: 'success', label: 'parked', severity: 'success' };

const TALLY = {
  distanceLeft: 0,
  turnLeft: 1,
  gear: 2,
  touchingVehicle: 3,
  touchingWall: 4,
  lastSteering: 5,
  lastThrottle: 6,
} as const;
const TALLY_SIZE = 7;

/** What the expert and tests may read. */
export interface ParkingTask extends DrivingTask {
  readonly lot: Lot;
  readonly vehicle: typeof COMPACT_CAR;
}

export type ParkingEnvironment = TaskEnvironment<ParkingTask>;

export function createParkingEnvironment(id: string, options: ParkingOptions): ParkingEnvironment {
  return createTaskEnvironment(id, createParkingTask(options));
}

/** Heading error counts only near the goal: far away the car may face any way. */
function turnPotential(distance: number, turn: number): number {
  return Math.exp(-distance / 4) * Math.abs(turn);
}

function createParkingTask(options: ParkingOptions): ParkingTask {
  const lot = createLot(options);
  const { boxes, goal } = lot;
  const vehicle = COMPACT_CAR;
  const state = new Float64Array(VEHICLE_STATE_SIZE);
  const tally = new Float64Array(TALLY_SIZE);
  const random = createRandom(0, PARKING_STREAM);
  const low = [...NAMES.map(() => -1), ...Array.from({ length: options.rays }, () => 0)];
  const names = [...NAMES, ...Array.from({ length: options.rays }, (_, i) => `lidar${i}`)];
  let scene: SceneDescription | undefined;

  const positionError = () => Math.hypot(state[V.x]! - goal.x, state[V.y]! - goal.y);
  const headingError = () => Math.abs(wrapAngle(state[V.heading]! - goal.heading));

  const place = {
    seed: -1,
    arrange(seed: number): void {
      place.seed = seed;
      random.reseed(seed, PARKING_STREAM);
      arrangeLot(lot, random);
    },
  };

  function measure(info: StepInfo): void {
    info.metrics['positionError'] = positionError();
    info.metrics['headingError'] = headingError();
    info.metrics['speed'] = state[V.vx]!;
  }

  /** Touches parked cars or walls; each new touch is counted. */
  function collide(info: StepInfo): boolean {
    let car = false;
    let wall = false;
    for (let i = 0; i < boxes.count; i++) {
      if (boxes.kind[i] === BOX_KIND.none || !touchSolid(state, vehicle, boxes, i)) continue;
      if (boxes.kind[i] === BOX_KIND.wall) wall = true;
      else car = true;
    }
    if (car && tally[TALLY.touchingVehicle] === 0) info.metrics['crashVehicle']!++;
    if (wall && tally[TALLY.touchingWall] === 0) info.metrics['crashObject']!++;
    tally[TALLY.touchingVehicle] = car ? 1 : 0;
    tally[TALLY.touchingWall] = wall ? 1 : 0;
    return car || wall;
  }

  function countGear(info: StepInfo): void {
    const vx = state[V.vx]!;
    if (Math.abs(vx) < 0.05) return;
    const gear = Math.sign(vx);
    if (tally[TALLY.gear] === -gear) info.metrics['manoeuvres']!++;
    tally[TALLY.gear] = gear;
  }

  return {
    lot,
    state,
    vehicle,
    get seed() {
      return place.seed;
    },
    observationSpace: box(low, 1, { names }),
    rewardTerms: REWARD_TERMS,
    metrics: METRICS,
    lidar: { first: NAMES.length, count: options.rays, range: options.range },
    endReasons: [HORIZON, PARKED, CRASH],
    horizon: options.horizon,
    ...savedIn(place, [state, tally]),
    get scene() {
      scene ??= createParkingScene(lot, vehicle);
      return scene;
    },
    reset(seed, info) {
      place.arrange(seed);
      state.fill(0);
      state[V.x] = lot.start.x;
      state[V.y] = lot.start.y;
      state[V.heading] = lot.start.heading;
      tally.fill(0);
      tally[TALLY.distanceLeft] = positionError();
      tally[TALLY.turnLeft] = turnPotential(positionError(), headingError());
      for (const key of METRICS) info.metrics[key] = 0;
      measure(info);
    },
    step(action, info) {
      const x = state[V.x]!;
      const y = state[V.y]!;
      const steering = action[0]!;
      const throttle = action[1]!;
      const rest = Math.abs(throttle) < REST;
      stepVehicle(vehicle, state, steering, rest ? REST_BRAKE : throttle, CONTROL_DT, !rest);
      tally[TALLY.lastSteering] = steering;
      tally[TALLY.lastThrottle] = throttle;
      info.metrics['distance']! += Math.hypot(state[V.x]! - x, state[V.y]! - y);
      info.metrics['time']! += CONTROL_DT;
      const crash = collide(info);
      countGear(info);
      measure(info);
      return judge(info, crash);
    },
    observe,
    writePoses,
  };

  function judge(info: StepInfo, crash: boolean): string {
    const distance = positionError();
    const turn = headingError();
    const potential = turnPotential(distance, turn);
    const placed = distance < TOLERANCE.position && turn < TOLERANCE.heading;
    const success = placed && Math.abs(state[V.vx]!) < TOLERANCE.speed && !crash;
    const terms = info.rewardTerms;
    terms['progress'] = REWARD.progress * (tally[TALLY.distanceLeft]! - distance);
    terms['heading'] = REWARD.heading * (tally[TALLY.turnLeft]! - potential);
    terms['success'] = success ? REWARD.success : 0;
    terms['collision'] = crash ? REWARD.collision : 0;
    tally[TALLY.distanceLeft] = distance;
    tally[TALLY.turnLeft] = potential;
    info.cost = crash ? 1 : 0;
    info.success = success;
    if (success) return 'success';
    return crash && options.crashEnds ? 'crash' : '';
  }

  function observe(o: Float32Array): void {
    const heading = state[V.heading]!;
    const cos = Math.cos(heading);
    const sin = Math.sin(heading);
    const dx = goal.x - state[V.x]!;
    const dy = goal.y - state[V.y]!;
    o[0] = signed(state[V.vx]! / MAX_SPEED);
    o[1] = signed(state[V.steer]! / vehicle.maxSteer);
    o[2] = tally[TALLY.lastSteering]!;
    o[3] = tally[TALLY.lastThrottle]!;
    o[4] = signed((dx * cos + dy * sin) / VIEW);
    o[5] = signed((dy * cos - dx * sin) / VIEW);
    o[6] = Math.cos(goal.heading - heading);
    o[7] = Math.sin(goal.heading - heading);
    o[8] = signed(Math.hypot(dx, dy) / VIEW);
    const { rays, range } = options;
    scan(boxes, state, rays, range, o, NAMES.length);
  }

  /** The goal, then the cars in the bays. */
  function writePoses(out: Float32Array): void {
    writeGroundPose(out, 1, goal.x, goal.y, goal.heading);
    writeBoxPoses(out, 2, boxes, 2 * options.bays);
  }
}

const signed = (x: number) => Math.max(-1, Math.min(1, x));
