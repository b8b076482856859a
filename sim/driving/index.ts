import { resolve } from 'node:path';
import { defaultsOf, readOptions, withDefaults } from '../config.ts';
import type { AxisControl, Environment, EnvironmentFactory, EnvironmentInfo } from '../contract.ts';
import { createParkingExpert } from './parking/expert.ts';
import { parkingSchema } from './parking/options.ts';
import { createParkingEnvironment } from './parking/task.ts';
import { createRacetrackExpert } from './racetrack/expert.ts';
import { racetrackSchema } from './racetrack/options.ts';
import { createRacetrackEnvironment } from './racetrack/task.ts';
import { createDrivingExpert } from './road/expert.ts';
import { drivingOptions, roadSchema } from './road/options.ts';
import { createDrivingPlanner } from './road/planner.ts';
import { createDrivingEnvironment } from './road/task.ts';

const CONTROLS: readonly AxisControl[] = [
  {
    axis: 0,
    name: 'steering',
    positiveKeys: ['ArrowLeft', 'KeyA'],
    negativeKeys: ['ArrowRight', 'KeyD'],
    attack: 1.6,
    release: 4,
    rest: 0,
    gamepad: { kind: 'stick', index: 0, sign: -1 },
  },
  {
    axis: 1,
    name: 'throttle',
    positiveKeys: ['ArrowUp', 'KeyW'],
    negativeKeys: ['ArrowDown', 'KeyS'],
    attack: 3,
    release: 5,
    rest: 0,
    gamepad: { kind: 'triggers', positive: 7, negative: 6 },
  },
];

const BETTER_ON_THE_ROAD =
  'Staying on the road without hitting anything counts most; then getting further along the route; then a smooth drive.';

/** Fifteen seconds from anywhere on the way, with gusts: why these, docs/notes/overrides.md. */
const PRACTICE = { startSteps: 350, horizon: 150, gusts: 0.5 };

type Variant = Pick<
  EnvironmentInfo,
  'id' | 'title' | 'description' | 'better' | 'trainSeeds' | 'evalSeeds'
> & {
  readonly options: typeof roadSchema;
};

const VARIANTS: readonly Variant[] = [
  {
    id: 'driving',
    title: 'Driving',
    description:
      'Reach the end of a new road each time: bends, other cars and accident scenes. MetaDrive’s safe-driving task.',
    better: BETTER_ON_THE_ROAD,
    trainSeeds: { start: 100, count: 50 },
    evalSeeds: { start: 1000, count: 50 },
    options: roadSchema,
  },
  {
    id: 'driving-easy',
    title: 'Driving, easy',
    description:
      'One road without traffic or accidents, to learn the basics of driving and of Reins.',
    better: BETTER_ON_THE_ROAD,
    trainSeeds: { start: 0, count: 50 },
    evalSeeds: { start: 1000, count: 50 },
    options: withDefaults(roadSchema, { mapSeed: 5, density: 0, accidentProb: 0, horizon: 1000 }),
  },
];

function factory(variant: Variant): EnvironmentFactory {
  const { options, ...info } = variant;
  return {
    ...info,
    options,
    family: 'driving',
    controlHz: 10,
    horizon: defaultsOf(options).horizon,
    controls: CONTROLS,
    safeAction: [0, -1],
    licence: 'MIT (ours)',
    create: async (given): Promise<Environment> =>
      createDrivingEnvironment(info.id, await drivingOptions(readOptions(options, given))),
    practice: PRACTICE,
    pathOptions: ['road'],
    files: async (given) => {
      const { road } = readOptions(options, given);
      return road === undefined ? [] : [resolve(road)];
    },
    createExpert: createDrivingExpert,
    createPlanner: createDrivingPlanner,
  };
}

const parking: EnvironmentFactory = {
  id: 'parking',
  title: 'Parking',
  description:
    'Park in the marked bay of a small lot, nose in or backed in, without touching cars or walls. The throttle drives both ways; no throttle brakes.',
  better:
    'Touching nothing counts most; then ending straight inside the bay; then getting there with few changes of direction.',
  trainSeeds: { start: 100, count: 100 },
  evalSeeds: { start: 1000, count: 50 },
  family: 'driving',
  controlHz: 10,
  options: parkingSchema,
  horizon: defaultsOf(parkingSchema).horizon,
  controls: CONTROLS,
  safeAction: [0, 0],
  licence: 'MIT (ours)',
  create: async (given): Promise<Environment> =>
    createParkingEnvironment('parking', readOptions(parkingSchema, given)),
  createExpert: createParkingExpert,
};

const racetrack: EnvironmentFactory = {
  id: 'racetrack',
  title: 'Racetrack',
  description:
    'Race the clock on a circuit of its own, lap after lap: progress is rewarded, leaving the asphalt costs.',
  better: 'Staying on the asphalt counts most; then getting further round in the same time.',
  trainSeeds: { start: 100, count: 50 },
  evalSeeds: { start: 1000, count: 50 },
  family: 'driving',
  controlHz: 10,
  options: racetrackSchema,
  horizon: defaultsOf(racetrackSchema).horizon,
  controls: CONTROLS,
  safeAction: [0, -1],
  licence: 'MIT (ours)',
  create: async (given): Promise<Environment> =>
    createRacetrackEnvironment('racetrack', readOptions(racetrackSchema, given)),
  createExpert: createRacetrackExpert,
};

export const drivingEnvironments: readonly EnvironmentFactory[] = [
  ...VARIANTS.map(factory),
  parking,
  racetrack,
];
