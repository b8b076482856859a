import { box } from '../../../spaces.ts';
import { numbers } from '../../engine/fields.ts';
import type { Physics } from '../../engine/mujoco.ts';
import type { MujocoTask, TaskEntry, TaskProgram } from '../../engine/task.ts';
import { armXml, peg, pegSensors, socket, table } from '../../models/arm.ts';
import { armControls, createArm, type Workspace, yawControl } from './arm.ts';
import { armOptions, armStyle, type RewardKind, TABLE_HEIGHT } from './fetch.ts';

/**
 * Insertion of a square peg at 10 Hz, in the manner of HIL-SERL's RAM task (`ram_insertion/config.py`):
 * displacements of 1 cm and 0.06 rad, 100 steps, reward 1 and the end once the peg is in.
 */
const STEP_LENGTH = 0.01;
const STEP_ANGLE = 0.06;
/** How deep (m) the tip must be in the hole, and how far off its axis at most. */
const DEPTH = 0.04;
const OFF_AXIS = 0.004;
/** Turning allowed either way, rad. */
const MAX_YAW = 0.6;
const SOCKET_HEIGHT = TABLE_HEIGHT + 0.06;

const workspace: Workspace = {
  min: [1.15, 0.6, SOCKET_HEIGHT + 0.02],
  max: [1.45, 0.9, SOCKET_HEIGHT + 0.3],
};

export function pegReadings(physics: Physics) {
  const tip = physics.id('site', 'tip');
  const socketBody = physics.model('body_mocapid')[physics.id('body', 'socket')]!;
  const gripper = physics.id('body', 'gripper');
  const tipAt = (k: number) => physics.site_xpos[tip * 3 + k]!;
  const holeAt = (k: number) => physics.mocap_pos[socketBody * 3 + k]!;
  const offset = (k: number) => tipAt(k) - holeAt(k);
  const yawOf = (q: Float64Array, at: number) => 2 * Math.atan2(q[at + 3]!, q[at]!);
  const yaw = () => yawOf(physics.xquat, gripper * 4) - yawOf(physics.mocap_quat, socketBody * 4);
  const across = () => Math.hypot(offset(0), offset(1));
  const isIn = () => offset(2) < -DEPTH && across() < OFF_AXIS;
  return { tip, socketBody, gripper, tipAt, holeAt, offset, yaw, across, isIn };
}

function createPeg(reward: RewardKind, physics: Physics): TaskProgram {
  const arm = createArm(physics, workspace);
  arm.settle(1.3, 0.749, SOCKET_HEIGHT + 0.16);
  const r = pegReadings(physics);
  const velocity = new Float64Array(6);
  /** Yaw the arm was told to hold. */
  const memory = new Float64Array(1);
  const distance = () => Math.hypot(r.across(), Math.max(0, r.offset(2) + DEPTH));
  const inserted = { name: 'inserted', value: () => (r.isIn() ? 1 : 0) };
  const closer = { name: 'distance', value: () => -distance() };
  return {
    actionSpace: box(-1, 1, { names: ['x', 'y', 'z', 'yaw'] }),
    fields: [
      numbers({
        'offset.x': () => r.offset(0),
        'offset.y': () => r.offset(1),
        'offset.z': () => r.offset(2),
        'offset.yaw': r.yaw,
        'velocity.x': () => velocity[3]!,
        'velocity.y': () => velocity[4]!,
        'velocity.z': () => velocity[5]!,
        'velocity.yaw': () => velocity[2]!,
        'force.x': () => physics.sensordata[0]! / 10,
        'force.y': () => physics.sensordata[1]! / 10,
        'force.z': () => physics.sensordata[2]! / 10,
      }),
    ],
    rewards: reward === 'dense' ? [inserted, closer] : [inserted],
    metrics: [
      { name: 'distance', value: distance },
      { name: 'depth', value: () => Math.max(0, -r.offset(2)) },
      { name: 'force', value: () => Math.hypot(...physics.sensordata) },
    ],
    endReasons: [{ id: 'inserted', label: 'the peg inserted', severity: 'success' }],
    memory,
    reset(random) {
      arm.restore();
      const at = r.socketBody * 3;
      physics.mocap_pos[at] = 1.3 + random.uniform(-0.03, 0.03);
      physics.mocap_pos[at + 1] = 0.749 + random.uniform(-0.03, 0.03);
      physics.mocap_pos[at + 2] = SOCKET_HEIGHT;
      const yaw = random.uniform(-0.3, 0.3);
      physics.mocap_quat[r.socketBody * 4] = Math.cos(yaw / 2);
      physics.mocap_quat[r.socketBody * 4 + 3] = Math.sin(yaw / 2);
    },
    act(action) {
      physics.refreshPoses();
      const turned = memory[0]! + action[3]! * STEP_ANGLE;
      memory[0] = Math.min(MAX_YAW, Math.max(-MAX_YAW, turned));
      const [x, y, z] = [action[0]!, action[1]!, action[2]!];
      arm.drive(x * STEP_LENGTH, y * STEP_LENGTH, z * STEP_LENGTH, memory[0]);
    },
    observe() {
      physics.refreshFrames();
      physics.siteVelocity(r.tip, velocity);
    },
    judge(info) {
      info.success = r.isIn();
      return info.success ? 'inserted' : '';
    },
    writeAgentPosition(out) {
      for (let k = 0; k < 3; k++) out[k] = r.tipAt(k);
    },
  };
}

function pegTask(reward: RewardKind): MujocoTask {
  const world = table(1.3, 0.75, 0.25, 0.35, TABLE_HEIGHT) + socket;
  return {
    id: 'arm-peg',
    model: armXml({ name: 'arm-peg', world, tool: peg, timestep: 0.002, sensors: pegSensors }),
    frameSkip: 50,
    horizon: 100,
    style: armStyle('Peg insertion', {
      position: [0.82, 1.32, 0.98],
      target: [1.27, 0.74, 0.56],
    }),
    createProgram: (physics) => createPeg(reward, physics),
  };
}

export const pegEntry: TaskEntry<typeof armOptions> = {
  id: 'arm-peg',
  title: 'Peg insertion',
  description: 'Insert a square peg into its hole, with 1.5 mm to spare.',
  better:
    'The peg deeper in the hole counts most; then the peg nearer above it and upright; then no knocking against the block.',
  controlHz: 10,
  horizon: 100,
  controls: [...armControls, yawControl],
  safeAction: [0, 0, 0, 0],
  trainSeeds: { start: 0, count: 1_000_000 },
  evalSeeds: { start: 1_000_000, count: 1000 },
  options: armOptions,
  task: ({ reward }) => pegTask(reward),
};
