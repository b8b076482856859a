/**
 * The driving task: MetaDrive's observation (259 numbers), action, reward, cost and endings
 * (Li et al. 2022, metadrive_env.py and safe_metadrive_env.py) over our own world.
 */
import type { EndReason, Environment, SceneDescription, StepInfo } from '../../contract.ts';
import { box } from '../../spaces.ts';
import {
  CONTROL_DT,
  CRASH,
  createTaskEnvironment,
  type DrivingTask,
  HORIZON,
  type TaskEnvironment,
} from '../frame/episode.ts';
import { length2 } from '../frame/length.ts';
import { drivingMirror } from '../frame/mirror.ts';
import { writeBoxPoses } from '../frame/poses.ts';
import type { LanePosition } from '../map/contract.ts';
import { projectOn } from '../map/course.ts';
import { V } from '../vehicle/vehicle.ts';
import { heightUnder, liftPoses } from './hills.ts';
import { touchesLine } from './metadrive.ts';
import { arrived } from './navigation.ts';
import { MAX_SPEED_KMH, observationNames, writeObservation } from './observation.ts';
import type { DrivingOptions } from './options.ts';
import { createGusts, driveAhead } from './practice.ts';
import { createDrivingScene } from './scene.ts';
import { createWorld, type DrivingWorld } from './world.ts';

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

const END_REASONS: readonly EndReason[] = [
  { id: 'success', label: 'the destination', severity: 'success' },
  { id: 'outOfRoad', label: 'off the road', severity: 'failure' },
  CRASH,
  HORIZON,
];

/** Counters of an episode, saved with the state. */
const TALLY = {
  lastSteering: 0,
  lastThrottle: 1,
  lastX: 2,
  lastY: 3,
  touchingVehicle: 4,
  touchingObject: 5,
  crashesVehicle: 6,
  crashesObject: 7,
  distance: 8,
} as const;
const TALLY_SIZE = 9;

/** What experts and tests may read. */
export interface RoadTask extends DrivingTask {
  readonly world: DrivingWorld;
}

export type DrivingEnvironment = TaskEnvironment<RoadTask>;

export function createDrivingEnvironment(id: string, options: DrivingOptions): DrivingEnvironment {
  return createTaskEnvironment(id, createRoadTask(options));
}

/** @throws TypeError when the environment has no road; the error names `reader` as the caller. */
export function worldOf(env: Environment, reader: string): DrivingWorld {
  if ('task' in env && 'world' in (env.task as object))
    return (env as DrivingEnvironment).task.world;
  throw new TypeError(`${reader}: ${env.id} is not a driving environment`);
}

function createRoadTask(options: DrivingOptions): RoadTask {
  const world = createWorld(options);
  const { state, contacts } = world;
  const tally = new Float64Array(TALLY_SIZE);
  const people = options.pedestrians > 0 || options.cyclists > 0;
  const rewardTerms = people ? [...REWARD_TERMS, 'crashPedestrian'] : REWARD_TERMS;
  const metrics = people ? [...METRICS, 'crashPedestrian'] : METRICS;
  const names = observationNames(options);
  const gusts = createGusts(options.gusts);
  const executed = new Float32Array(2);
  const isOver = () =>
    arrived(world.navigation) || offRoad(world) || (options.crashEnds && touchesAnything());
  let scene: { seed: number; description: SceneDescription } | undefined;

  function touchesAnything(): boolean {
    return contacts.vehicle || contacts.object || contacts.person;
  }

  function remember(): void {
    tally[TALLY.lastX] = state[V.x]!;
    tally[TALLY.lastY] = state[V.y]!;
  }

  function count(): void {
    if (contacts.vehicle && tally[TALLY.touchingVehicle] === 0) tally[TALLY.crashesVehicle]!++;
    if (contacts.object && tally[TALLY.touchingObject] === 0) tally[TALLY.crashesObject]!++;
    tally[TALLY.touchingVehicle] = contacts.vehicle ? 1 : 0;
    tally[TALLY.touchingObject] = contacts.object ? 1 : 0;
    const dx = state[V.x]! - tally[TALLY.lastX]!;
    const dy = state[V.y]! - tally[TALLY.lastY]!;
    tally[TALLY.distance]! += length2(dx, dy);
  }

  /** Rewards, cost and the reason to end, if any. */
  function judge(info: StepInfo): string {
    const { navigation } = world;
    const { rewardTerms: terms } = info;
    const success = arrived(navigation);
    const out =
      !success &&
      (offRoad(world) ||
        (options.compat !== undefined && touchesLine(navigation, state, world.vehicle)));
    const { courses } = world.map;
    projectOn(courses, navigation.lane.id, tally[TALLY.lastX]!, tally[TALLY.lastY]!, temp);
    const before = temp.s;
    const touched = touchesAnything();
    const event = success || out || touched;
    terms['progress'] = event ? 0 : REWARD.driving * (navigation.at.s - before);
    terms['speed'] = event ? 0 : (REWARD.speed * state[V.vx]! * 3.6) / MAX_SPEED_KMH;
    terms['success'] = success ? REWARD.success : 0;
    terms['outOfRoad'] = out ? REWARD.out : 0;
    let crash = !success && !out;
    if (people) {
      terms['crashPedestrian'] = crash && contacts.person ? REWARD.crash : 0;
      if (contacts.person) info.metrics['crashPedestrian']! += 1;
      crash = crash && !contacts.person;
    }
    terms['crashVehicle'] = crash && contacts.vehicle ? REWARD.crash : 0;
    terms['crashObject'] = crash && !contacts.vehicle && contacts.object ? REWARD.crash : 0;
    info.cost = out || touched ? 1 : 0;
    info.success = success;
    info.metrics['outOfRoad'] = out ? 1 : 0;
    if (success) return 'success';
    if (out) return 'outOfRoad';
    return options.crashEnds && touched ? 'crash' : '';
  }

  function measure({ metrics, success }: StepInfo): void {
    const completion = success ? 1 : world.navigation.completion;
    const hit = people ? metrics['crashPedestrian']! : 0;
    const vehicles = tally[TALLY.crashesVehicle]!;
    const objects = tally[TALLY.crashesObject]!;
    const distance = tally[TALLY.distance]!;
    metrics['routeCompletion'] = completion;
    metrics['speed'] = state[V.vx]!;
    metrics['crashVehicle'] = vehicles;
    metrics['crashObject'] = objects;
    metrics['distance'] = distance;
    const penalty = PENALTY.vehicle * vehicles + PENALTY.object * objects + PENALTY.person * hit;
    metrics['drivingScore'] = (100 * completion) / (1 + penalty);
    const km = Math.max(0.05, distance / 1000);
    metrics['infractionsPerKm'] = (vehicles + objects + hit + metrics['outOfRoad']!) / km;
  }

  return {
    world,
    state,
    get seed() {
      return world.seed;
    },
    observationSpace: box(0, 1, {
      names,
      mirror: drivingMirror(names, options.signedYawRate),
      previousActionInputs: [names.indexOf('lastSteering'), names.indexOf('lastThrottle')],
    }),
    rewardTerms,
    metrics,
    lidar: {
      first: names.indexOf('lidar0'),
      count: options.lidar.rays,
      range: options.lidar.range,
    },
    endReasons: END_REASONS,
    horizon: options.horizon,
    size: TALLY_SIZE + world.size,
    get scene() {
      if (scene?.seed !== world.mapSeed) {
        scene = { seed: world.mapSeed, description: createDrivingScene(world) };
      }
      return scene.description;
    },
    reset(seed, info) {
      world.reset(seed);
      tally.fill(0);
      if (options.startSteps > 0) {
        executed.fill(0);
        driveAhead(world, options.startSteps, isOver, executed);
        tally[TALLY.lastSteering] = executed[0]!;
        tally[TALLY.lastThrottle] = executed[1]!;
      }
      remember();
      info.metrics['outOfRoad'] = 0;
      if (people) info.metrics['crashPedestrian'] = 0;
      measure(info);
    },
    step(action, info, step) {
      tally[TALLY.lastSteering] = action[0]!;
      tally[TALLY.lastThrottle] = action[1]!;
      executed.set(action);
      executed[0] = Math.max(-1, Math.min(1, action[0]! + gusts(world.seed, step)));
      world.step(executed, CONTROL_DT);
      count();
      const end = judge(info);
      measure(info);
      remember();
      return end;
    },
    observe(out, step) {
      const steering = tally[TALLY.lastSteering]!;
      writeObservation(world, options, steering, tally[TALLY.lastThrottle]!, step, out);
    },
    // The rows of the boxes follow the agent's.
    writePoses: (out) => {
      writeBoxPoses(out, 1, world.boxes, world.boxes.count);
      liftPoses(world, out, 1 + world.boxes.count);
    },
    groundHeight: () => heightUnder(world),
    save(out, offset) {
      out.set(tally, offset);
      world.save(out, offset + TALLY_SIZE);
    },
    load(from, offset) {
      for (let i = 0; i < TALLY_SIZE; i++) tally[i] = from[offset + i]!;
      world.load(from, offset + TALLY_SIZE);
    },
  };
}

const temp: LanePosition = { s: 0, lateral: 0 };
const under = new Int32Array(16);

/** Whether the agent is off every lane, or beyond the borders of the route's road. */
function offRoad(world: DrivingWorld): boolean {
  const { navigation, state, map } = world;
  if (navigation.leftBorder < 0 || navigation.rightBorder < 0) return true;
  const { at, lane } = navigation;
  if (at.s >= 0 && at.s <= lane.length) {
    // Neighbouring lanes of a file may lie some centimetres apart.
    const beside = at.lateral > 0 ? lane.left : lane.right;
    if (beside >= 0 || Math.abs(at.lateral) <= lane.widthAt(at.s) / 2) return false;
  }
  return map.lanesAt(state[V.x]!, state[V.y]!, 0, under) === 0;
}
