/**
 * What the agent of the road task observes: MetaDrive's 259 numbers (Li et al. 2022, state_obs.py), all
 * in [0, 1]: itself, navigation, nearby cars where asked for, lidar; then detectors where asked for.
 */
import { CONTROL_DT } from '../frame/episode.ts';
import { scan } from '../frame/lidar.ts';
import type { RoadMap } from '../map/contract.ts';
import { V } from '../vehicle/vehicle.ts';
import { collectLaneLines, type LaneLines, scanLines } from './lane-rays.ts';
import { toMetaDrive } from './metadrive.ts';
import { writeNavigation } from './navigation.ts';
import { NEARBY_SIZE, writeNearby } from './nearby.ts';
import type { DrivingOptions } from './options.ts';
import type { DrivingWorld } from './world.ts';

const EGO_SIZE = 9;
const NAVIGATION_SIZE = 10;
/** MetaDrive's constants behind the normalisation. */
const MAX_LANE_WIDTH = 4.5;
const BORDER_SCALE = 6 * MAX_LANE_WIDTH;
export const MAX_SPEED_KMH = 80;

/** Write the observation of the world at time step `step`, after an action of `steering` and `throttle`. */
export function writeObservation(
  world: DrivingWorld,
  options: DrivingOptions,
  steering: number,
  throttle: number,
  step: number,
  o: Float32Array,
): void {
  writeEgo(world, options, steering, throttle, o);
  const { state, sensors } = world;
  const { rays, range, noise, dropout } = options.lidar;
  writeNavigation(world.navigation, state, o, EGO_SIZE);
  const { nearby } = options;
  if (nearby > 0) writeNearby(world, nearby, range, o, EGO_SIZE + NAVIGATION_SIZE);
  const start = EGO_SIZE + NAVIGATION_SIZE + NEARBY_SIZE * nearby;
  scan(world.boxes, state, rays, range, o, start);
  writeDetectors(world, options, o, start + rays);
  if (options.compat) toMetaDrive(o);
  if (noise === 0 && dropout === 0) return;
  // Noise depends on the seed and the step alone, so that loading a state repeats it.
  sensors.reseed(world.seed, 4 + step);
  for (let i = start; i < start + rays; i++) {
    if (dropout > 0 && sensors.next() < dropout) o[i] = 1;
    else if (noise > 0) o[i] = Math.max(0, Math.min(1, o[i]! + noise * sensors.normal()));
  }
}

/** Lines per map, for both detectors; maps are kept elsewhere. */
const solid = new WeakMap<RoadMap, LaneLines>();
const painted = new WeakMap<RoadMap, LaneLines>();

function linesOf(map: RoadMap, broken: boolean): LaneLines {
  const kept = broken ? painted : solid;
  let lines = kept.get(map);
  if (!lines) {
    lines = collectLaneLines(map, broken);
    kept.set(map, lines);
  }
  return lines;
}

function writeDetectors(
  world: DrivingWorld,
  options: DrivingOptions,
  o: Float32Array,
  offset: number,
): void {
  const { state, map } = world;
  const { sideDetector: side, laneLineDetector: line } = options;
  const x = state[V.x]!;
  const y = state[V.y]!;
  const heading = state[V.heading]!;
  if (side.rays > 0) {
    scanLines(linesOf(map, false), x, y, heading, side.rays, side.range, o, offset);
  }
  if (line.rays > 0) {
    const at = offset + side.rays;
    scanLines(linesOf(map, true), x, y, heading, line.rays, line.range, o, at);
  }
}

const unit = (x: number) => Math.max(0, Math.min(1, x));

function writeEgo(
  world: DrivingWorld,
  options: DrivingOptions,
  steering: number,
  throttle: number,
  o: Float32Array,
): void {
  const { navigation, state, vehicle } = world;
  o[0] = unit(navigation.leftBorder / BORDER_SCALE);
  o[1] = unit(navigation.rightBorder / BORDER_SCALE);
  const difference = state[V.heading]! - navigation.lane.headingAt(navigation.at.s);
  o[2] = unit(0.5 - 0.5 * Math.sin(difference));
  o[3] = unit((state[V.vx]! * 3.6 + 1) / (MAX_SPEED_KMH + 1));
  o[4] = unit((state[V.steer]! / vehicle.maxSteer + 1) / 2);
  o[5] = unit((steering + 1) / 2);
  o[6] = unit((throttle + 1) / 2);
  const turned = state[V.yawRate]! * CONTROL_DT;
  o[7] = options.signedYawRate
    ? unit(0.5 + state[V.yawRate]! / 2)
    : unit(Math.acos(unit(Math.cos(turned))) / CONTROL_DT);
  o[8] = unit((navigation.at.lateral * 2) / MAX_LANE_WIDTH / 2 + 0.5);
}

export function observationNames({
  lidar,
  nearby,
  sideDetector,
  laneLineDetector,
  compat,
}: DrivingOptions): string[] {
  const checkpoint = (i: number) =>
    // Of MetaDrive's, the side is the other one, and an angle has none.
    ['forward', 'right', 'bendRadius', 'bendDirection', compat ? 'bendSharpness' : 'bendAngle'].map(
      (name) => `checkpoint${i}.${name}`,
    );
  return [
    'leftBorder',
    'rightBorder',
    'heading',
    'speed',
    'steer',
    'lastSteering',
    'lastThrottle',
    'yawRate',
    'lateral',
    ...checkpoint(1),
    ...checkpoint(2),
    ...Array.from({ length: nearby }, (_, i) =>
      ['forward', 'left', 'speedForward', 'speedLeft'].map((name) => `car${i + 1}.${name}`),
    ).flat(),
    ...Array.from({ length: lidar.rays }, (_, i) => `lidar${i}`),
    ...Array.from({ length: sideDetector.rays }, (_, i) => `side${i}`),
    ...Array.from({ length: laneLineDetector.rays }, (_, i) => `line${i}`),
  ];
}
