import type { AxisControl, Pace } from '../../../contract.ts';
import type { Physics } from '../../engine/mujoco.ts';
import { armGeometry } from '../../models/arm.ts';

/** Axis-aligned box of the world that the gripper may be driven in. */
export interface Workspace {
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
}

/** Metres before the border of the workspace at which motion outward begins to slow down. */
const SOFT_MARGIN = 0.05;

/**
 * A displacement slowed near the border: full inside, falling linearly to nothing at the border, so
 * that a person feels the limit instead of hitting it. Motion inward is never slowed.
 */
export function softLimit(position: number, delta: number, min: number, max: number): number {
  const room = delta > 0 ? max - position : position - min;
  const limited = delta * Math.min(1, Math.max(0, room / SOFT_MARGIN));
  return delta > 0 ? Math.min(limited, Math.max(0, room)) : Math.max(limited, -Math.max(0, room));
}

export interface Arm {
  /** Ids. */
  readonly grip: number;
  /** Move the mocap body to the gripper's frame plus a displacement (m), softly kept in the workspace; `yaw` in rad, absolute. */
  drive(dx: number, dy: number, dz: number, yaw: number): void;
  /** Bring the gripper site to a point in the plane of the base by settling the weld; used once, at creation. */
  settle(x: number, y: number, z: number): void;
  /** Copy of the settled configuration into the simulation. */
  restore(): void;
}

/** Substeps that `settle` runs: 0.2 s, ten time constants of the weld, after which the arm stands still. */
const SETTLE_STEPS = 100;

/** Joint angles (pan … turn, rad) with the gripper pointing down at x, z in the plane of the base: two equal links. */
export function readyPose(x: number, z: number): number[] {
  const { x: base, shoulder, link, hand } = armGeometry;
  const reach = x - base;
  const rise = z + hand - shoulder;
  const distance = Math.hypot(reach, rise);
  if (distance >= 2 * link)
    throw new RangeError(`arm: point is ${distance} m from the shoulder, allowed 0 to ${2 * link}`);
  const elbow = 2 * Math.acos(distance / (2 * link));
  const lift = -Math.atan2(rise, reach) - elbow / 2;
  return [0, lift, elbow, 0, Math.PI / 2 - lift - elbow, 0];
}

export function createArm(physics: Physics, workspace: Workspace): Arm {
  const grip = physics.id('site', 'grip');
  const gripper = physics.id('body', 'gripper');
  const mocap = physics.model('body_mocapid')[physics.id('body', 'mocap')]!;
  const home = new Float64Array(physics.stateSize);
  const goTo = (x: number, y: number, z: number, yaw: number) => {
    const { mocap_pos: p, mocap_quat: q } = physics;
    p[mocap * 3] = x;
    p[mocap * 3 + 1] = y;
    p[mocap * 3 + 2] = z;
    q[mocap * 4] = Math.cos(yaw / 2);
    q[mocap * 4 + 1] = 0;
    q[mocap * 4 + 2] = 0;
    q[mocap * 4 + 3] = Math.sin(yaw / 2);
  };
  const { min, max } = workspace;
  return {
    grip,
    drive(dx, dy, dz, yaw) {
      const g = physics.xpos;
      const s = physics.site_xpos;
      const at = gripper * 3;
      // Limits hold for the point between the fingers; the weld moves the gripper's frame.
      goTo(
        g[at]! + softLimit(s[grip * 3]!, dx, min[0], max[0]),
        g[at + 1]! + softLimit(s[grip * 3 + 1]!, dy, min[1], max[1]),
        g[at + 2]! + softLimit(s[grip * 3 + 2]!, dz, min[2], max[2]),
        yaw,
      );
    },
    settle(x, y, z) {
      physics.reset();
      const first = physics.model('jnt_qposadr')[physics.id('joint', 'pan')]!;
      const pose = readyPose(x, z);
      for (let i = 0; i < pose.length; i++) physics.qpos[first + i] = pose[i]!;
      // The site hangs straight below the gripper's frame.
      const height = physics.model('site_pos')[grip * 3 + 2]!;
      goTo(x, y, z - height, 0);
      physics.step(SETTLE_STEPS);
      // Time, velocity and warm start of the settling are no part of the home configuration.
      const qpos = Float64Array.from(physics.qpos);
      physics.reset();
      physics.qpos.set(qpos);
      goTo(x, y, z - height, 0);
      physics.saveState(home, 0);
    },
    restore() {
      physics.loadState(home, 0);
    },
  };
}

/** Half speed unless told: whole steps of 5 cm at 25 Hz are 1.25 m/s. Shift (left bumper) for fine work, C (right bumper) for haste. */
const USUAL_REACH = 0.5;
const paces: readonly Pace[] = [
  { name: 'fine', keys: ['ShiftLeft', 'ShiftRight'], button: 4, reach: 0.15 },
  { name: 'fast', keys: ['KeyC'], button: 5, reach: 1 },
];
const paced = { reach: USUAL_REACH, paces } as const;

/**
 * Keys and sticks of the arm, turned to the camera's view by the page: W away, S towards, A left,
 * D right, R up, F down; the gripper latches where it was left (release 0), so that no one has to
 * hold a key to hold an object.
 */
export const armControls: readonly AxisControl[] = [
  {
    axis: 0,
    name: 'x',
    along: 'x',
    positiveKeys: ['KeyW', 'ArrowUp'],
    negativeKeys: ['KeyS', 'ArrowDown'],
    attack: 6,
    release: 12,
    rest: 0,
    gamepad: { kind: 'stick', index: 1, sign: -1 },
    ...paced,
  },
  {
    axis: 1,
    name: 'y',
    along: 'y',
    positiveKeys: ['KeyA', 'ArrowLeft'],
    negativeKeys: ['KeyD', 'ArrowRight'],
    attack: 6,
    release: 12,
    rest: 0,
    gamepad: { kind: 'stick', index: 0, sign: -1 },
    ...paced,
  },
  {
    axis: 2,
    name: 'z',
    positiveKeys: ['KeyR', 'PageUp'],
    negativeKeys: ['KeyF', 'PageDown'],
    attack: 6,
    release: 12,
    rest: 0,
    gamepad: { kind: 'stick', index: 3, sign: -1 },
    ...paced,
  },
];

export const gripperControl: AxisControl = {
  axis: 3,
  name: 'gripper',
  positiveKeys: ['KeyE'],
  negativeKeys: ['KeyQ'],
  attack: 8,
  release: 0,
  rest: 0,
  gamepad: { kind: 'triggers', positive: 6, negative: 7 },
};

export const yawControl: AxisControl = {
  axis: 3,
  name: 'yaw',
  positiveKeys: ['KeyQ'],
  negativeKeys: ['KeyE'],
  attack: 6,
  release: 12,
  rest: 0,
  gamepad: { kind: 'stick', index: 2, sign: -1 },
  ...paced,
};
