import { config, field, number } from '../../config.ts';
import {
  actuatorSpace,
  addNoise,
  motorControls,
  numbers,
  slice,
  sumOfSquares,
} from '../engine/fields.ts';
import type { Physics } from '../engine/mujoco.ts';
import type { MujocoTask, TaskEntry, TaskProgram } from '../engine/task.ts';
import { reacherXml } from '../models/reacher.ts';

/**
 * Gymnasium's Reacher-v5 (MIT). Its documentation says 0.1 for the weight of the control term, its
 * code uses 1; `controlCost` follows the code unless told.
 */
function createReacher(physics: Physics, controlCost: number): TaskProgram {
  const tip = physics.id('body', 'fingertip') * 3;
  const goal = physics.id('body', 'target') * 3;
  const gap = (k: number) => physics.xpos[tip + k]! - physics.xpos[goal + k]!;
  const distance = () => Math.hypot(gap(0), gap(1), gap(2));
  const { cos, sin } = Math;
  return {
    actionSpace: actuatorSpace(physics),
    fields: [
      numbers({
        'cos(joint0)': () => cos(physics.qpos[0]!),
        'cos(joint1)': () => cos(physics.qpos[1]!),
        'sin(joint0)': () => sin(physics.qpos[0]!),
        'sin(joint1)': () => sin(physics.qpos[1]!),
      }),
      slice(physics, 'qpos', 2, 4),
      slice(physics, 'qvel', 0, 2),
      numbers({ 'gap.x': () => gap(0), 'gap.y': () => gap(1) }),
    ],
    rewards: [
      { name: 'distance', value: () => -distance() },
      { name: 'control', value: () => -controlCost * sumOfSquares(physics.ctrl) },
    ],
    metrics: [
      { name: 'distance', value: distance },
      { name: 'goalX', value: () => physics.qpos[2]! },
      { name: 'goalY', value: () => physics.qpos[3]! },
    ],
    endReasons: [],
    memory: new Float64Array(0),
    reset(random) {
      addNoise(physics, random, 0.1, 'uniform');
      const { qpos, qvel } = physics;
      do {
        qpos[2] = random.uniform(-0.2, 0.2);
        qpos[3] = random.uniform(-0.2, 0.2);
      } while (Math.hypot(qpos[2]!, qpos[3]!) >= 0.2);
      for (let i = 0; i < 2; i++) qvel[i] = random.uniform(-0.005, 0.005);
      qvel.fill(0, 2);
    },
    act: (action) => physics.ctrl.set(action),
    judge(info) {
      info.success = distance() < 0.01;
      return '';
    },
    writeAgentPosition(out) {
      for (let k = 0; k < 3; k++) out[k] = physics.xpos[tip + k]!;
    },
  };
}

function task(controlCost: number): MujocoTask {
  return {
    id: 'reacher',
    model: reacherXml,
    frameSkip: 2,
    horizon: 50,
    style: {
      title: 'Reacher',
      cameras: [
        { id: 'top', kind: 'fixed', position: [0, -0.02, 0.8], target: [0, 0, 0], fov: 45 },
        { id: 'orbit', kind: 'orbit', position: [0.4, -0.5, 0.45], target: [0, 0, 0], fov: 45 },
      ],
      light: 'studio',
      agentBody: 'fingertip',
      bounds: { min: [-0.3, -0.3, 0], max: [0.3, 0.3, 0.1] },
      roles: { target: 'goal' },
    },
    createProgram: (physics) => createReacher(physics, controlCost),
  };
}

const options = config({
  controlCost: field(number(0, 1e6), 1, 'Weight of the squared torques in the reward.'),
});

export const reacherTask: TaskEntry<typeof options> = {
  id: 'reacher',
  title: 'Reacher',
  description: 'Bring the tip of a two-link arm to the red target.',
  better: 'The tip nearer to the red target, sooner, and held still there.',
  controlHz: 50,
  horizon: 50,
  controls: motorControls(['joint0', 'joint1']),
  safeAction: [0, 0],
  trainSeeds: { start: 0, count: 1_000_000 },
  evalSeeds: { start: 1_000_000, count: 1000 },
  options,
  task: ({ controlCost }) => task(controlCost),
};
