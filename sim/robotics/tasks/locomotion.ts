import { config } from '../../config.ts';
import type { Vec3 } from '../../contract.ts';
import { motorControls, slice } from '../engine/fields.ts';
import type { Physics } from '../engine/physics.ts';
import type { MujocoTask, SceneStyle, TaskEntry, TaskProgram } from '../engine/task.ts';
import { antXml, humanoidXml } from '../models/legged.ts';
import { halfCheetahXml, hopperXml, swimmerXml, walkerXml } from '../models/planar.ts';
import { createRunner, locateRoot, type Runner } from './runner.ts';

/**
 * Gymnasium's MuJoCo v5 tasks: observation, action, timing, reward, termination as defined there
 * (`gymnasium/envs/mujoco/*_v5.py`, MIT), on models of our own.
 */

function inside(value: number, low: number, high: number): boolean {
  return low < value && value < high;
}

/** Hopper-v5's third condition: every number of the state but x and the root's z lies in ±100. */
function isModest(physics: Physics): boolean {
  const { qpos, qvel } = physics;
  for (let i = 2; i < qpos.length; i++) if (!inside(qpos[i]!, -100, 100)) return false;
  for (let i = 0; i < qvel.length; i++) if (!inside(qvel[i]!, -100, 100)) return false;
  return true;
}

const planarFields = (skip: number, clip: number) => (physics: Physics) => [
  slice(physics, 'qpos', skip),
  slice(physics, 'qvel', 0, physics.sizes.nv, clip),
];

const halfCheetah: Runner = {
  forward: 1,
  controlCost: 0.1,
  noise: 0.1,
  velocityNoise: 'normal',
  locate: locateRoot,
  fields: planarFields(1, Infinity),
};

const hopper: Runner = {
  forward: 1,
  controlCost: 1e-3,
  healthy: {
    reward: 1,
    is: (p) => p.qpos[1]! > 0.7 && inside(p.qpos[2]!, -0.2, 0.2) && isModest(p),
  },
  noise: 5e-3,
  velocityNoise: 'uniform',
  locate: locateRoot,
  fields: planarFields(1, 10),
};

const walker: Runner = {
  ...hopper,
  healthy: {
    reward: 1,
    is: (p) => inside(p.qpos[1]!, 0.8, 2) && inside(p.qpos[2]!, -1, 1),
  },
};

const swimmer: Runner = {
  forward: 1,
  controlCost: 1e-4,
  noise: 0.1,
  velocityNoise: 'uniform',
  locate: locateRoot,
  fields: planarFields(2, Infinity),
};

/** Ant-v5 measures the torso's frame, which lags the state by one substep, as there. */
const ant: Runner = {
  forward: 1,
  controlCost: 0.5,
  healthy: { reward: 1, is: (p) => p.qpos[2]! >= 0.2 && p.qpos[2]! <= 1 },
  contact: { weight: 5e-4, clip: 1, most: Infinity },
  noise: 0.1,
  velocityNoise: 'normal',
  locate(physics, out) {
    out[0] = physics.xpos[3]!;
    out[1] = physics.xpos[4]!;
  },
  fields: (physics) => [
    slice(physics, 'qpos', 2),
    slice(physics, 'qvel'),
    slice(physics, 'cfrc_ext', 6, physics.sizes.nbody * 6, 1),
  ],
};

/** Humanoid-v5 moves by its centre of mass: Σ m x / Σ m over the bodies' inertial frames. */
function locateMass(physics: Physics, out: Float64Array): void {
  const mass = physics.model('body_mass');
  const { xipos } = physics;
  let total = 0;
  out[0] = 0;
  out[1] = 0;
  for (let b = 0; b < mass.length; b++) {
    total += mass[b]!;
    out[0]! += mass[b]! * xipos[b * 3]!;
    out[1]! += mass[b]! * xipos[b * 3 + 1]!;
  }
  out[0]! /= total;
  out[1]! /= total;
}

const humanoid: Runner = {
  forward: 1.25,
  controlCost: 0.1,
  healthy: { reward: 5, is: (p) => inside(p.qpos[2]!, 1, 2) },
  contact: { weight: 5e-7, clip: Infinity, most: 10 },
  noise: 1e-2,
  velocityNoise: 'uniform',
  locate: locateMass,
  fields: (physics) => [
    slice(physics, 'qpos', 2),
    slice(physics, 'qvel'),
    slice(physics, 'cinert', 10),
    slice(physics, 'cvel', 6),
    slice(physics, 'qfrc_actuator', 6),
    slice(physics, 'cfrc_ext', 6),
  ],
};

/**
 * No reward at all: what preferences exist for. Success is one whole backward turn, back upright.
 * Pitch grows forward, so a backward turn is −2π.
 */
function createBackflip(physics: Physics): TaskProgram {
  const turns = () => -physics.qpos[2]! / (2 * Math.PI);
  const base = createRunner(hopper, physics, 1);
  return {
    ...base,
    rewards: [],
    metrics: [
      { name: 'turns', value: turns },
      { name: 'height', value: () => physics.qpos[1]! },
    ],
    endReasons: [],
    judge(info) {
      const upright = Math.abs(turns() - Math.round(turns())) < 0.05;
      info.success = upright && turns() > 0.95 && physics.qpos[1]! > 0.9;
      return '';
    },
  };
}

/** `distance` of the cameras and how far the middle of the body lies from the torso's frame, metres. */
function style(title: string, { distance, height, middle }: Framing): SceneStyle {
  const target: Vec3 = [0, 0, middle];
  return {
    title,
    cameras: [
      {
        id: 'side',
        kind: 'orbit',
        body: 'torso',
        position: [0, -distance, height],
        target,
        fov: 45,
      },
      {
        id: 'front',
        kind: 'orbit',
        body: 'torso',
        position: [0.85 * distance, -0.55 * distance, height],
        target,
        fov: 45,
      },
      {
        id: 'top',
        kind: 'top',
        body: 'torso',
        position: [0, 0, distance * 1.5],
        target: [0, 0, 0],
        fov: 45,
      },
    ],
    light: 'studio',
    agentBody: 'torso',
    bounds: { min: [-20, -20, 0], max: [20, 20, 2] },
  };
}

interface Framing {
  readonly distance: number;
  /** Height of the camera over the torso's frame. */
  readonly height: number;
  /** Height of the body's middle over the torso's frame. */
  readonly middle: number;
}

interface RunnerRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly better: string;
  readonly xml: string;
  readonly runner: Runner;
  readonly frameSkip: number;
  readonly timestep: number;
  readonly motors: readonly string[];
  readonly limit?: number;
  readonly framing: Framing;
  readonly horizon?: number;
  readonly program?: (physics: Physics, dt: number) => TaskProgram;
}

const noOptions = config({});
const seeds = {
  trainSeeds: { start: 0, count: 1_000_000 },
  evalSeeds: { start: 1_000_000, count: 1000 },
};

function entry(row: RunnerRow): TaskEntry {
  const task: MujocoTask = {
    id: row.id,
    model: row.xml,
    frameSkip: row.frameSkip,
    horizon: row.horizon ?? 1000,
    style: style(row.title, row.framing),
    createProgram: row.program ?? ((physics, dt) => createRunner(row.runner, physics, dt)),
  };
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    better: row.better,
    controlHz: 1 / (row.timestep * row.frameSkip),
    horizon: task.horizon,
    controls: motorControls(row.motors, row.limit),
    safeAction: row.motors.map(() => 0),
    ...seeds,
    options: noOptions,
    task: () => task,
  };
}

const hopperMotors = ['thigh', 'leg', 'foot'];
const walkerMotors = [...hopperMotors, 'thigh_left', 'leg_left', 'foot_left'];
const cheetahMotors = ['bthigh', 'bshin', 'bfoot', 'fthigh', 'fshin', 'ffoot'];
const antMotors = [4, 1, 2, 3].flatMap((i) => [`hip_${i}`, `ankle_${i}`]);
const humanoidMotors = [
  'abdomen_y',
  'abdomen_z',
  'abdomen_x',
  'right_hip_x',
  'right_hip_z',
  'right_hip_y',
  'right_knee',
  'left_hip_x',
  'left_hip_z',
  'left_hip_y',
  'left_knee',
  'right_shoulder1',
  'right_shoulder2',
  'right_elbow',
  'left_shoulder1',
  'left_shoulder2',
  'left_elbow',
];

export const locomotionTasks: readonly TaskEntry[] = [
  {
    id: 'half-cheetah',
    title: 'Half cheetah',
    description: 'Run fast on two legs in the plane.',
    better:
      'Running further forward in the same time, steadily and on its feet rather than on its back.',
    xml: halfCheetahXml,
    runner: halfCheetah,
    frameSkip: 5,
    timestep: 0.01,
    motors: cheetahMotors,
    framing: { distance: 2.9, height: 0.7, middle: -0.1 },
  },
  {
    id: 'hopper',
    title: 'Hopper',
    description: 'Hop forward on one leg without falling.',
    better: 'Staying up counts most; then hopping further forward; then landing softly.',
    xml: hopperXml,
    runner: hopper,
    frameSkip: 4,
    timestep: 0.002,
    motors: hopperMotors,
    framing: { distance: 2.9, height: 0.1, middle: -0.5 },
  },
  {
    id: 'hopper-backflip',
    title: 'Hopper backflip',
    description:
      'Turn backwards once and land upright. There is no reward: people say what is good.',
    better:
      'A whole turn backwards counts most; then landing on the foot and staying up; then a jump that is high and not hurried.',
    xml: hopperXml,
    runner: hopper,
    frameSkip: 4,
    timestep: 0.002,
    motors: hopperMotors,
    framing: { distance: 3.4, height: 0.2, middle: -0.35 },
    horizon: 400,
    program: createBackflip,
  },
  {
    id: 'walker2d',
    title: 'Walker',
    description: 'Walk forward on two legs in the plane.',
    better:
      'Staying upright counts most; then walking further forward; then an even gait on both legs.',
    xml: walkerXml,
    runner: walker,
    frameSkip: 4,
    timestep: 0.002,
    motors: walkerMotors,
    framing: { distance: 2.9, height: 0.1, middle: -0.5 },
  },
  {
    id: 'swimmer',
    title: 'Swimmer',
    description: 'Swim forward with three links.',
    better: 'Swimming further forward in the same time, in a straight line.',
    xml: swimmerXml,
    runner: swimmer,
    frameSkip: 4,
    timestep: 0.01,
    motors: ['motor1_rot', 'motor2_rot'],
    framing: { distance: 4.2, height: 3.2, middle: 0 },
  },
  {
    id: 'ant',
    title: 'Ant',
    description: 'Walk forward on four legs.',
    better:
      'Staying on its feet counts most; then walking further along the world’s x axis; then an even gait.',
    xml: antXml,
    runner: ant,
    frameSkip: 5,
    timestep: 0.01,
    motors: antMotors,
    framing: { distance: 3.2, height: 1.5, middle: -0.2 },
  },
  {
    id: 'humanoid',
    title: 'Humanoid',
    description: 'Walk forward upright with 17 motors.',
    better:
      'Staying upright counts most; then walking further forward; then calm arms and even steps.',
    xml: humanoidXml,
    runner: humanoid,
    frameSkip: 5,
    timestep: 0.003,
    motors: humanoidMotors,
    limit: 0.4,
    framing: { distance: 3.1, height: 0.2, middle: -0.45 },
  },
].map(entry);
