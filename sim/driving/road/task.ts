/**
 * The driving task: MetaDrive's observation (259 numbers), action, reward, cost and endings
 * (Li et al. 2022, metadrive_env.py and safe_metadrive_env.py) over our own world.
 */
import type { Environment, EnvState, SceneDescription } from '../../contract.ts';
import { box, clipInto } from '../../spaces.ts';
import { createTimeStep, restart, termination, transition, truncation } from '../../time-step.ts';
import { length2 } from '../frame/length.ts';
import { drivingMirror } from '../frame/mirror.ts';
import type { LanePosition } from '../map/contract.ts';
import { V } from '../vehicle/vehicle.ts';
import { arrived } from './navigation.ts';
import { MAX_SPEED_KMH, observationNames, writeObservation } from './observation.ts';
import type { DrivingOptions } from './options.ts';
import { createDrivingScene } from './scene.ts';
import { CONTROL_DT, createWorld, type DrivingWorld } from './world.ts';

const REWARD = { driving: 1, speed: 0.1, success: 10, out: -5, crash: -5 };
const REWARD_TERMS = ['progress', 'speed', 'success', 'outOfRoad', 'crashVehicle', 'crashObject'];
const METRICS = [
  'routeCompletion',
  'speed',
  'crashVehicle',
  'crashObject',
  'outOfRoad',
  'distance',
  'drivingScore',
  'infractionsPerKm',
];
/** CARLA leaderboard 2.1: weight of a collision with a person, a vehicle and something static. */
const PENALTY = { person: 1, vehicle: 0.7, object: 0.6 };

export interface DrivingEnvironment extends Environment {
  /** For experts, tests and reports: the true state. Read only. */
  readonly world: DrivingWorld;
}

/** Counters of an episode, saved with the state. */
interface Tally {
  steer: number;
  throttle: number;
  lastX: number;
  lastY: number;
  touchingVehicle: number;
  touchingObject: number;
  crashesVehicle: number;
  crashesObject: number;
  distance: number;
}
const TALLY_KEYS = [
  'steer',
  'throttle',
  'lastX',
  'lastY',
  'touchingVehicle',
  'touchingObject',
  'crashesVehicle',
  'crashesObject',
  'distance',
] as const satisfies readonly (keyof Tally)[];

const END_REASONS = ['', 'success', 'outOfRoad', 'crash', 'horizon'];
const KINDS = ['first', 'mid', 'last'] as const;

export function createDrivingEnvironment(id: string, options: DrivingOptions): DrivingEnvironment {
  const world = createWorld(options);
  const people = options.pedestrians > 0 || options.cyclists > 0;
  const rewardTerms = people ? [...REWARD_TERMS, 'crashPedestrian'] : REWARD_TERMS;
  const metricNames = people ? [...METRICS, 'crashPedestrian'] : METRICS;
  const names = observationNames(options);
  const observationSpace = box(0, 1, {
    names,
    mirror: drivingMirror(names, options.signedYawRate),
    echoes: [names.indexOf('lastSteering'), names.indexOf('lastThrottle')],
  });
  const actionNames = ['steering', 'throttle'];
  const actionSpace = box(-1, 1, {
    names: actionNames,
    mirror: drivingMirror(actionNames, false),
  });
  const ts = createTimeStep(observationSpace, rewardTerms, metricNames);
  const tally: Tally = Object.fromEntries(TALLY_KEYS.map((k) => [k, 0])) as unknown as Tally;
  const action = new Float32Array(2);
  const terms = ts.info.rewardTerms;
  const { metrics } = ts.info;
  let scene: { seed: number; description: SceneDescription } | undefined;
  let closed = false;
  const stateSize = 8 + rewardTerms.length + metricNames.length + TALLY_KEYS.length + world.size;

  const env: DrivingEnvironment = {
    id,
    observationSpace,
    actionSpace,
    controlDt: CONTROL_DT,
    world,
    get scene() {
      if (scene?.seed !== world.mapSeed) {
        scene = { seed: world.mapSeed, description: createDrivingScene(world) };
      }
      return scene.description;
    },
    reset(seed) {
      if (!Number.isSafeInteger(seed) || seed < 0) {
        throw new RangeError(`seed: is ${seed}, allowed whole numbers from 0`);
      }
      world.reset(seed);
      for (const key of TALLY_KEYS) tally[key] = 0;
      remember();
      restart(ts);
      measure();
      observe();
      return ts;
    },
    step(given) {
      if (ts.kind === 'last') throw new Error('step: the episode is over; call reset');
      if (world.seed < 0) throw new Error('step: no episode yet; call reset');
      clipInto(actionSpace, given, action);
      tally.steer = action[0]!;
      tally.throttle = action[1]!;
      world.step(action, CONTROL_DT);
      count();
      finish(judge());
      measure();
      observe();
      remember();
      return ts;
    },
    writePoses: (out) => writePoses(world, out),
    writeAgentPosition(out) {
      out[0] = world.state[V.x]!;
      out[1] = world.state[V.y]!;
      out[2] = 0.6;
    },
    saveState(out) {
      const state = out?.length === stateSize ? out : new Float64Array(stateSize);
      state[0] = KINDS.indexOf(ts.kind);
      state[1] = ts.step;
      state[2] = ts.time;
      state[3] = ts.reward;
      state[4] = ts.discount;
      state[5] = ts.info.cost;
      state[6] = ts.info.success ? 1 : 0;
      state[7] = END_REASONS.indexOf(ts.info.endReason);
      let at = 8;
      for (const key of rewardTerms) state[at++] = terms[key]!;
      for (const key of metricNames) state[at++] = metrics[key]!;
      for (const key of TALLY_KEYS) state[at++] = tally[key];
      world.save(state, at);
      return state;
    },
    loadState(state) {
      if (state.length !== stateSize) {
        throw new RangeError(`state: has ${state.length} numbers, expected ${stateSize}`);
      }
      load(state);
      return ts;
    },
    close() {
      closed = true;
    },
  };

  function load(state: EnvState): void {
    let at = 8;
    for (const key of rewardTerms) terms[key] = state[at++]!;
    for (const key of metricNames) metrics[key] = state[at++]!;
    for (const key of TALLY_KEYS) tally[key] = state[at++]!;
    world.load(state, at);
    ts.kind = KINDS[state[0]!]!;
    ts.step = state[1]!;
    ts.time = state[2]!;
    ts.reward = state[3]!;
    ts.discount = state[4]!;
    ts.info.cost = state[5]!;
    ts.info.success = state[6] === 1;
    ts.info.endReason = END_REASONS[state[7]!]!;
    observe();
  }

  function remember(): void {
    tally.lastX = world.state[V.x]!;
    tally.lastY = world.state[V.y]!;
  }

  function count(): void {
    const { contacts, state } = world;
    if (contacts.vehicle && tally.touchingVehicle === 0) tally.crashesVehicle++;
    if (contacts.object && tally.touchingObject === 0) tally.crashesObject++;
    tally.touchingVehicle = contacts.vehicle ? 1 : 0;
    tally.touchingObject = contacts.object ? 1 : 0;
    tally.distance += length2(state[V.x]! - tally.lastX, state[V.y]! - tally.lastY);
  }

  /** Rewards, cost and the reason to end, if any. */
  function judge(): string {
    const { navigation, contacts, state } = world;
    const success = arrived(navigation);
    const out = !success && offRoad(world);
    const { lane } = navigation;
    lane.project(tally.lastX, tally.lastY, temp);
    const before = temp.s;
    const touched = contacts.vehicle || contacts.object || contacts.person;
    const event = success || out || touched;
    terms['progress'] = event ? 0 : REWARD.driving * (navigation.at.s - before);
    terms['speed'] = event ? 0 : (REWARD.speed * state[V.vx]! * 3.6) / MAX_SPEED_KMH;
    terms['success'] = success ? REWARD.success : 0;
    terms['outOfRoad'] = out ? REWARD.out : 0;
    let crash = !success && !out;
    if (people) {
      terms['crashPedestrian'] = crash && contacts.person ? REWARD.crash : 0;
      if (contacts.person) metrics['crashPedestrian']! += 1;
      crash = crash && !contacts.person;
    }
    terms['crashVehicle'] = crash && contacts.vehicle ? REWARD.crash : 0;
    terms['crashObject'] = crash && !contacts.vehicle && contacts.object ? REWARD.crash : 0;
    ts.info.cost = out || touched ? 1 : 0;
    ts.info.success = success;
    metrics['outOfRoad'] = out ? 1 : 0;
    if (success) return 'success';
    if (out) return 'outOfRoad';
    if (options.crashEnds && touched) return 'crash';
    return ts.step + 1 >= options.horizon ? 'horizon' : '';
  }

  function finish(reason: string): void {
    let reward = 0;
    for (const key of rewardTerms) reward += terms[key]!;
    ts.info.endReason = reason;
    if (reason === '') transition(ts, reward, CONTROL_DT);
    else if (reason === 'horizon') truncation(ts, reward, CONTROL_DT);
    else termination(ts, reward, CONTROL_DT);
  }

  function measure(): void {
    const completion = ts.info.success ? 1 : world.navigation.completion;
    if (people && ts.kind === 'first') metrics['crashPedestrian'] = 0;
    const hit = people ? metrics['crashPedestrian']! : 0;
    const crashes = tally.crashesVehicle + tally.crashesObject + hit;
    metrics['routeCompletion'] = completion;
    metrics['speed'] = world.state[V.vx]!;
    metrics['crashVehicle'] = tally.crashesVehicle;
    metrics['crashObject'] = tally.crashesObject;
    if (ts.kind === 'first') metrics['outOfRoad'] = 0;
    metrics['distance'] = tally.distance;
    const penalty =
      PENALTY.vehicle * tally.crashesVehicle +
      PENALTY.object * tally.crashesObject +
      PENALTY.person * hit;
    metrics['drivingScore'] = (100 * completion) / (1 + penalty);
    const km = Math.max(0.05, tally.distance / 1000);
    metrics['infractionsPerKm'] = (crashes + metrics['outOfRoad']!) / km;
  }

  function observe(): void {
    if (closed) throw new Error(`${id}: is closed`);
    writeObservation(world, options, tally, ts.step, ts.observation);
  }

  return env;
}

const temp: LanePosition = { s: 0, lateral: 0 };
const under = new Int32Array(16);

/** Off every lane, or beyond the borders of the route's road. */
function offRoad(world: DrivingWorld): boolean {
  const { navigation, state, map } = world;
  if (navigation.leftBorder < 0 || navigation.rightBorder < 0) return true;
  return map.lanesAt(state[V.x]!, state[V.y]!, 0, under) === 0;
}

/** Agent first, then the rows of the boxes; empty rows have an all-zero quaternion. */
function writePoses(world: DrivingWorld, out: Float32Array): void {
  const { state, boxes } = world;
  writePose(out, 0, state[V.x]!, state[V.y]!, state[V.heading]!);
  for (let i = 0; i < boxes.count; i++) {
    const at = 7 * (i + 1);
    if (boxes.kind[i] === 0) out.fill(0, at, at + 7);
    else writePose(out, at, boxes.x[i]!, boxes.y[i]!, boxes.heading[i]!);
  }
}

function writePose(out: Float32Array, at: number, x: number, y: number, heading: number): void {
  out[at] = x;
  out[at + 1] = y;
  out[at + 2] = 0;
  out[at + 3] = Math.cos(heading / 2);
  out[at + 4] = 0;
  out[at + 5] = 0;
  out[at + 6] = Math.sin(heading / 2);
}
