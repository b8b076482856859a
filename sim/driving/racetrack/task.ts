/**
 * Racing against the clock: lap after lap on a circuit of its own per seed. The reward is progress along
 * the centre line less what leaving the asphalt costs; laps count along the centre line, so that there
 * are no short cuts, and only clean laps set a time.
 */
import type { EndReason, SceneDescription, StepInfo } from '../../contract.ts';
import { box } from '../../spaces.ts';
import {
  CONTROL_DT,
  createTaskEnvironment,
  type DrivingTask,
  HORIZON,
  type TaskEnvironment,
} from '../frame/episode.ts';
import { savedIn } from '../frame/saved.ts';
import type { LanePosition } from '../map/contract.ts';
import {
  COMPACT_CAR,
  stepVehicle,
  V,
  VEHICLE_STATE_SIZE,
  type VehicleParameters,
} from '../vehicle/vehicle.ts';
import type { RacetrackOptions } from './options.ts';
import { createRacetrackScene } from './scene.ts';
import { generateTrack, MIN_RADIUS, type Track } from './track.ts';

/** The usual car with the engine of a quick one, 0 to 100 km/h in about seven seconds; 144 km/h. */
const RACE_CAR: VehicleParameters = { ...COMPACT_CAR, engineForce: 4500, maxSpeed: 40 };
/** Metres beyond the edge of the asphalt at which the race is over. */
const RUN_OFF = 5;
/** Per metre; per step off the asphalt; once, for being too far off. */
const REWARD = { progress: 0.1, offTrack: -1, lost: -10 };
const REWARD_TERMS = ['progress', 'offTrack'];
const METRICS = ['lapTime', 'bestLap', 'laps', 'currentLap', 'speed', 'distance', 'outOfRoad'];
/** Metres ahead on the centre line that are observed. */
const PREVIEW = [5, 10, 20, 30, 45, 60, 80, 100] as const;
const VIEW = 100;
const EGO = [
  'speed',
  'sideSpeed',
  'yawRate',
  'steer',
  'lastSteering',
  'lastThrottle',
  'heading.cos',
  'heading.sin',
  'lateral',
];
const TRACKS_KEPT = 32;

const END_REASONS: readonly EndReason[] = [
  HORIZON,
  { id: 'success', label: 'all laps driven', severity: 'success' },
  { id: 'offTrack', label: 'off the track', severity: 'failure' },
];

const TALLY = {
  /** Lane under the agent. */
  lane: 0,
  /** Metres driven along the centre line since the start, and where on the lap. */
  total: 1,
  at: 2,
  /** Seconds at which the lap began, and steps off the asphalt in it. */
  lapStart: 3,
  lapOff: 4,
  time: 5,
  off: 6,
  lastSteering: 7,
  lastThrottle: 8,
} as const;
const TALLY_SIZE = 9;

/** What the expert and tests may read. */
export interface RacetrackTask extends DrivingTask {
  readonly track: Track;
  readonly vehicle: VehicleParameters;
  /** Index of the lane under the agent, and where on it. */
  readonly lane: number;
  readonly position: Readonly<LanePosition>;
}

export type RacetrackEnvironment = TaskEnvironment<RacetrackTask>;

export function createRacetrackEnvironment(
  id: string,
  options: RacetrackOptions,
): RacetrackEnvironment {
  return createTaskEnvironment(id, createRacetrackTask(options));
}

function createRacetrackTask(options: RacetrackOptions): RacetrackTask {
  const tracks = createTrackCache(options.width);
  const vehicle = RACE_CAR;
  const state = new Float64Array(VEHICLE_STATE_SIZE);
  const tally = new Float64Array(TALLY_SIZE);
  const position: LanePosition = { s: 0, lateral: 0 };
  const point = new Float64Array(2);
  const half = options.width / 2;
  let track = tracks(options.trackSeed ?? 0);
  let scene: { track: Track; description: SceneDescription } | undefined;

  const place = {
    seed: -1,
    arrange(seed: number): void {
      place.seed = seed;
      track = tracks(options.trackSeed ?? seed);
    },
  };
  const saved = savedIn(place, [state, tally]);

  /** Follow the agent from lane to lane. Only neighbours can be next, so cutting across gains nothing. */
  function locate(): void {
    const { lanes, offsets } = track;
    let lane = tally[TALLY.lane]!;
    for (let hops = 0; hops < 4; hops++) {
      lanes[lane]!.project(state[V.x]!, state[V.y]!, position);
      if (position.s > lanes[lane]!.length) lane = (lane + 1) % lanes.length;
      else if (position.s < 0) lane = (lane + lanes.length - 1) % lanes.length;
      else break;
    }
    lanes[lane]!.project(state[V.x]!, state[V.y]!, position);
    tally[TALLY.lane] = lane;
    tally[TALLY.at] = offsets[lane]! + position.s;
  }

  /** Metres along the track since `before`, the shorter way round. */
  function gained(before: number): number {
    const { length } = track;
    const step = tally[TALLY.at]! - before;
    return step > length / 2 ? step - length : step < -length / 2 ? step + length : step;
  }

  function countLaps(info: StepInfo, gain: number): void {
    const { metrics } = info;
    const before = tally[TALLY.total]!;
    tally[TALLY.total] = before + gain;
    const line = (metrics['laps']! + 1) * track.length;
    if (before + gain < line) return;
    // The time within the step at which the car crossed the line.
    const crossed = tally[TALLY.time]! - CONTROL_DT * (1 - (line - before) / gain);
    const lapTime = crossed - tally[TALLY.lapStart]!;
    metrics['laps']! += 1;
    metrics['lapTime'] = lapTime;
    const best = metrics['bestLap']!;
    if (tally[TALLY.lapOff] === 0 && (best === 0 || lapTime < best)) metrics['bestLap'] = lapTime;
    tally[TALLY.lapStart] = crossed;
    tally[TALLY.lapOff] = 0;
  }

  /** Rewards, cost and the reason to end, if any. */
  function judge(info: StepInfo, gain: number): string {
    const beyond = Math.abs(position.lateral) - half;
    const off = beyond > 0;
    const lost = beyond > RUN_OFF || (off && options.offTrackEnds);
    if (off) {
      if (tally[TALLY.off] === 0) info.metrics['outOfRoad']! += 1;
      tally[TALLY.lapOff]! += 1;
    }
    tally[TALLY.off] = off ? 1 : 0;
    countLaps(info, gain);
    info.rewardTerms['progress'] = REWARD.progress * gain;
    info.rewardTerms['offTrack'] = lost ? REWARD.lost : off ? REWARD.offTrack : 0;
    info.cost = off ? 1 : 0;
    const laps = info.metrics['laps']!;
    info.success = laps >= Math.max(1, options.laps);
    if (lost) return 'offTrack';
    return options.laps > 0 && laps >= options.laps ? 'success' : '';
  }

  return {
    vehicle,
    state,
    position,
    get track() {
      return track;
    },
    get seed() {
      return place.seed;
    },
    get lane() {
      return tally[TALLY.lane]!;
    },
    observationSpace: box(-1, 1, { names: observationNames() }),
    rewardTerms: REWARD_TERMS,
    metrics: METRICS,
    endReasons: END_REASONS,
    horizon: options.horizon,
    ...saved,
    get scene() {
      if (scene?.track !== track) {
        scene = { track, description: createRacetrackScene(track, vehicle) };
      }
      return scene.description;
    },
    reset(seed, info) {
      place.arrange(seed);
      const [first] = track.lanes;
      state.fill(0);
      tally.fill(0);
      state[V.x] = first!.startX;
      state[V.y] = first!.startY;
      state[V.heading] = first!.startHeading;
      locate();
      for (const key of METRICS) info.metrics[key] = 0;
    },
    step(action, info) {
      const x = state[V.x]!;
      const y = state[V.y]!;
      const before = tally[TALLY.at]!;
      stepVehicle(vehicle, state, action[0]!, action[1]!, CONTROL_DT);
      locate();
      tally[TALLY.time]! += CONTROL_DT;
      tally[TALLY.lastSteering] = action[0]!;
      tally[TALLY.lastThrottle] = action[1]!;
      const end = judge(info, gained(before));
      info.metrics['currentLap'] = tally[TALLY.time]! - tally[TALLY.lapStart]!;
      info.metrics['speed'] = state[V.vx]!;
      info.metrics['distance']! += Math.hypot(state[V.x]! - x, state[V.y]! - y);
      return end;
    },
    observe,
    // The agent is alone.
    writePoses: () => {},
    load(from, offset) {
      saved.load(from, offset);
      track.lanes[tally[TALLY.lane]!]!.project(state[V.x]!, state[V.y]!, position);
    },
  };

  function observe(o: Float32Array): void {
    const heading = state[V.heading]!;
    const cos = Math.cos(heading);
    const sin = Math.sin(heading);
    const turn = heading - track.lanes[tally[TALLY.lane]!]!.headingAt(position.s);
    o[0] = signed(state[V.vx]! / vehicle.maxSpeed);
    o[1] = signed(state[V.vy]! / 10);
    o[2] = signed(state[V.yawRate]! / 2);
    o[3] = signed(state[V.steer]! / vehicle.maxSteer);
    o[4] = tally[TALLY.lastSteering]!;
    o[5] = tally[TALLY.lastThrottle]!;
    o[6] = Math.cos(turn);
    o[7] = Math.sin(turn);
    o[8] = signed(position.lateral / half);
    let at = EGO.length;
    for (let i = 0; i < PREVIEW.length; i++) {
      const curvature = pointAhead(track, tally[TALLY.lane]!, position.s + PREVIEW[i]!, point);
      const dx = point[0]! - state[V.x]!;
      const dy = point[1]! - state[V.y]!;
      o[at++] = signed((dx * cos + dy * sin) / VIEW);
      o[at++] = signed((dy * cos - dx * sin) / VIEW);
      o[at++] = signed(curvature * MIN_RADIUS);
    }
  }
}

/** Point on the centre line `s` metres from the start of a lane, beyond its end too; returns its curvature. */
export function pointAhead(track: Track, lane: number, s: number, out: Float64Array): number {
  const { lanes } = track;
  let id = lane;
  let rest = s;
  while (rest > lanes[id]!.length) {
    rest -= lanes[id]!.length;
    id = (id + 1) % lanes.length;
  }
  lanes[id]!.pointAt(rest, 0, out);
  return lanes[id]!.curvature;
}

function createTrackCache(width: number): (seed: number) => Track {
  const kept = new Map<number, Track>();
  return (seed) => {
    let track = kept.get(seed);
    if (!track) {
      track = generateTrack(seed, width);
      if (kept.size >= TRACKS_KEPT) kept.delete(kept.keys().next().value!);
      kept.set(seed, track);
    }
    return track;
  };
}

function observationNames(): string[] {
  const ahead = PREVIEW.map((d) => ['forward', 'left', 'bend'].map((name) => `at${d}m.${name}`));
  return [...EGO, ...ahead.flat()];
}

const signed = (x: number) => Math.max(-1, Math.min(1, x));
