import { type Config, choice, config, field } from '../../../config.ts';
import type { BodyRole, CameraDescription } from '../../../contract.ts';
import { box } from '../../../spaces.ts';
import { numbers } from '../../engine/fields.ts';
import type { Physics } from '../../engine/mujoco.ts';
import type { MujocoTask, SceneStyle, TaskEntry, TaskProgram } from '../../engine/task.ts';
import { armXml, cube, goalMarker, puck, table } from '../../models/arm.ts';
import { armControls, createArm, gripperControl, type Workspace } from './arm.ts';

/**
 * The Fetch tasks as defined by Gymnasium-Robotics v4 (`gymnasium_robotics/envs/fetch`, MIT): 25 Hz,
 * displacements of 5 cm, goals, sparse or dense reward, 50 steps; on an arm of our own. The
 * dictionary of observation, achieved and desired goal is one flat observation, in that order.
 */
export interface FetchVariant {
  readonly object: boolean;
  readonly gripper: boolean;
  readonly targetInAir: boolean;
  /** Ranges of object and target around the gripper's start, and the target's offset along x; metres. */
  readonly objectRange: number;
  readonly targetRange: number;
  readonly targetOffset: number;
  /** Height of the gripper at the start. */
  readonly height: number;
}

export const armOptions = config({
  reward: field(
    choice(['sparse', 'dense']),
    'sparse',
    'sparse: −1 until the goal is reached; dense: minus the distance to it.',
  ),
});
export type RewardKind = Config<typeof armOptions>['reward'];

/** Distance at which a goal counts as reached. */
export const GOAL_RADIUS = 0.05;
/** Metres per unit of action. */
export const STEP_LENGTH = 0.05;
const START = [1.3419, 0.7491] as const;
export const TABLE_HEIGHT = 0.4;

const workspace: Workspace = { min: [1.05, 0.4, 0.422], max: [1.55, 1.1, 0.97] };

/** XYZ Euler angles of a rotation matrix (row by row at `at`), as `mat2euler` of the Fetch tasks gives them. */
export function euler(m: Float64Array, at: number, k: 0 | 1 | 2): number {
  const cy = Math.hypot(m[at + 8]!, m[at + 5]!);
  const regular = cy > 4 * Number.EPSILON;
  if (k === 1) return -Math.atan2(-m[at + 2]!, cy);
  if (k === 2) {
    return regular ? -Math.atan2(m[at + 1]!, m[at]!) : -Math.atan2(-m[at + 3]!, m[at + 4]!);
  }
  return regular ? -Math.atan2(m[at + 5]!, m[at + 8]!) : 0;
}

const axes = ['x', 'y', 'z'] as const;

/** Three numbers named after the axes. */
function triple(name: string, value: (k: 0 | 1 | 2) => number): Record<string, () => number> {
  return Object.fromEntries(
    axes.map((axis, k) => [`${name}.${axis}`, () => value(k as 0 | 1 | 2)]),
  );
}

/** Ids and readings shared by observation, reward and experts. */
export function fetchReadings(physics: Physics) {
  const grip = physics.id('site', 'grip');
  const hasObject = physics.has('body', 'object');
  const object = hasObject ? physics.id('body', 'object') : -1;
  const goal = physics.model('body_mocapid')[physics.id('body', 'goal')]!;
  const left = physics.model('jnt_qposadr')[physics.id('joint', 'left_finger')]!;
  const leftDof = physics.model('jnt_dofadr')[physics.id('joint', 'left_finger')]!;
  const gripAt = (k: number) => physics.site_xpos[grip * 3 + k]!;
  const objectAt = (k: number) => physics.xpos[object * 3 + k]!;
  const goalAt = (k: number) => physics.mocap_pos[goal * 3 + k]!;
  const achievedAt = hasObject ? objectAt : gripAt;
  const distance = () =>
    Math.hypot(achievedAt(0) - goalAt(0), achievedAt(1) - goalAt(1), achievedAt(2) - goalAt(2));
  const finger = (i: number) => physics.qpos[left + i]!;
  const fingerVelocity = (i: number) => physics.qvel[leftDof + i]!;
  return {
    grip,
    object,
    goal,
    hasObject,
    gripAt,
    objectAt,
    goalAt,
    achievedAt,
    distance,
    finger,
    fingerVelocity,
  };
}
export type FetchReadings = ReturnType<typeof fetchReadings>;

/** Observation of the task, velocities per step (× dt) as defined. */
function fetchFields(physics: Physics, dt: number, r: FetchReadings) {
  const gripVelocity = new Float64Array(6);
  const objectVelocity = new Float64Array(6);
  const update = () => {
    physics.siteVelocity(r.grip, gripVelocity);
    if (r.hasObject) physics.bodyVelocity(r.object, objectVelocity);
  };
  const gripV = (k: number) => gripVelocity[3 + k]! * dt;
  const matrix = rotationOf(physics, r.object);
  const object = {
    ...triple('object', r.objectAt),
    ...triple('object-grip', (k) => r.objectAt(k) - r.gripAt(k)),
  };
  const fingers = { 'finger.left': () => r.finger(0), 'finger.right': () => r.finger(1) };
  const rotation = {
    ...triple('object.euler', (k) => euler(matrix(), 0, k)),
    ...triple('object.velocity', (k) => objectVelocity[3 + k]! * dt - gripV(k)),
    ...triple('object.spin', (k) => objectVelocity[k]! * dt),
  };
  const fields = [
    numbers({
      ...triple('grip', r.gripAt),
      ...(r.hasObject ? object : {}),
      ...fingers,
      ...(r.hasObject ? rotation : {}),
      ...triple('grip.velocity', gripV),
      'finger.left.velocity': () => r.fingerVelocity(0) * dt,
      'finger.right.velocity': () => r.fingerVelocity(1) * dt,
      ...triple('achieved', r.achievedAt),
      ...triple('desired', r.goalAt),
    }),
  ];
  return { fields, update };
}

/** Rotation matrix of a body from its quaternion, into one reused array. */
function rotationOf(physics: Physics, body: number): () => Float64Array {
  const m = new Float64Array(9);
  return () => {
    const q = physics.xquat;
    const [w, x, y, z] = [q[body * 4]!, q[body * 4 + 1]!, q[body * 4 + 2]!, q[body * 4 + 3]!];
    m[0] = 1 - 2 * (y * y + z * z);
    m[1] = 2 * (x * y - w * z);
    m[2] = 2 * (x * z + w * y);
    m[3] = 2 * (x * y + w * z);
    m[4] = 1 - 2 * (x * x + z * z);
    m[5] = 2 * (y * z - w * x);
    m[6] = 2 * (x * z - w * y);
    m[7] = 2 * (y * z + w * x);
    m[8] = 1 - 2 * (x * x + y * y);
    return m;
  };
}

function createFetch(
  variant: FetchVariant,
  reward: RewardKind,
  physics: Physics,
  dt: number,
): TaskProgram {
  const arm = createArm(physics, workspace);
  arm.settle(START[0], START[1], variant.height);
  const r = fetchReadings(physics);
  const { fields, update } = fetchFields(physics, dt, r);
  const value = () => (reward === 'dense' ? -r.distance() : r.distance() > GOAL_RADIUS ? -1 : 0);
  const objectQpos = variant.object
    ? physics.model('jnt_qposadr')[physics.id('joint', 'object')]!
    : 0;
  return {
    actionSpace: box(-1, 1, { names: ['x', 'y', 'z', 'gripper'] }),
    fields,
    rewards: [{ name: reward, value }],
    metrics: [
      { name: 'distance', value: r.distance },
      ...axes.map((axis, k) => ({ name: `achieved.${axis}`, value: () => r.achievedAt(k) })),
      ...axes.map((axis, k) => ({ name: `desired.${axis}`, value: () => r.goalAt(k) })),
    ],
    endReasons: [],
    memory: new Float64Array(0),
    reset(random) {
      arm.restore();
      const { qpos, mocap_pos } = physics;
      if (variant.object) {
        let dx = 0;
        let dy = 0;
        while (Math.hypot(dx, dy) < 0.1) {
          dx = random.uniform(-variant.objectRange, variant.objectRange);
          dy = random.uniform(-variant.objectRange, variant.objectRange);
        }
        qpos[objectQpos] = START[0] + dx;
        qpos[objectQpos + 1] = START[1] + dy;
      }
      const range = variant.targetRange;
      const at = r.goal * 3;
      mocap_pos[at] = START[0] + variant.targetOffset + random.uniform(-range, range);
      mocap_pos[at + 1] = START[1] + random.uniform(-range, range);
      const z = random.uniform(-range, range);
      const inAir = variant.targetInAir && random.next() < 0.5 ? random.uniform(0, 0.45) : 0;
      const rest = qpos[objectQpos + 2]!;
      mocap_pos[at + 2] = variant.object ? rest + inAir : variant.height + z;
    },
    act(action) {
      physics.refreshPoses();
      const [x, y, z] = [action[0]!, action[1]!, action[2]!];
      arm.drive(x * STEP_LENGTH, y * STEP_LENGTH, z * STEP_LENGTH, 0);
      const grip = variant.gripper ? action[3]! : -1;
      for (let i = 0; i < 2; i++) {
        const target = r.finger(i) + grip * STEP_LENGTH;
        physics.ctrl[i] = Math.min(0.05, Math.max(0, variant.gripper ? target : 0));
      }
    },
    observe() {
      physics.refreshFrames();
      update();
    },
    judge(info) {
      info.success = r.distance() < GOAL_RADIUS;
      return '';
    },
    writeAgentPosition(out) {
      for (let k = 0; k < 3; k++) out[k] = r.gripAt(k);
    },
  };
}

/** Cameras of the arm tasks; the first is the one the keys are mapped to. */
const armCameras: readonly [CameraDescription, ...CameraDescription[]] = [
  {
    id: 'operator',
    kind: 'orbit',
    position: [0.42, 1.5, 1.2],
    target: [1.22, 0.7, 0.52],
    fov: 45,
  },
  { id: 'side', kind: 'orbit', position: [1.35, -0.7, 0.75], target: [1.25, 0.75, 0.5], fov: 45 },
  { id: 'top', kind: 'top', position: [1.3, 0.75, 1.9], target: [1.3, 0.75, 0.4], fov: 45 },
];

const roles: Readonly<Record<string, BodyRole>> = {
  goal: 'goal',
  object: 'object',
  table: 'obstacle',
  socket: 'goal',
  peg: 'object',
};

/** `operator`: eye and target of the first camera where the work lies elsewhere than usual. */
export function armStyle(
  title: string,
  operator?: Pick<CameraDescription, 'position' | 'target'>,
): SceneStyle {
  const [first, ...rest] = armCameras;
  return {
    title,
    cameras: [{ ...first, ...operator }, ...rest],
    light: 'studio',
    agentBody: 'gripper',
    bounds: { min: [0.4, 0.2, 0], max: [1.9, 1.3, 1.2] },
    roles,
  };
}

interface FetchRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly better: string;
  readonly world: string;
  readonly variant: FetchVariant;
  readonly operator?: Pick<CameraDescription, 'position' | 'target'>;
}

const shortTable = table(1.3, 0.75, 0.25, 0.35, TABLE_HEIGHT);
const longTable = table(1.55, 0.75, 0.5, 0.5, TABLE_HEIGHT, 0.1);
const onTable = {
  object: true,
  targetInAir: false,
  targetOffset: 0,
  objectRange: 0.15,
  targetRange: 0.15,
};

const rows: readonly FetchRow[] = [
  {
    id: 'fetch-reach',
    title: 'Reach',
    description: 'Bring the gripper to the goal.',
    better: 'The gripper nearer to the goal, sooner, and held still there.',
    world: shortTable + goalMarker,
    variant: { ...onTable, object: false, gripper: false, height: 0.555 },
  },
  {
    id: 'fetch-push',
    title: 'Push',
    description: 'Push the cube to the goal on the table; the gripper stays closed.',
    better:
      'The cube nearer to the goal, sooner; it should not be knocked off the table or past the goal.',
    world: shortTable + cube + goalMarker,
    variant: { ...onTable, gripper: false, height: 0.45 },
  },
  {
    id: 'fetch-pick-place',
    title: 'Pick and place',
    description: 'Bring the cube to the goal, half of which hang in the air.',
    better: 'The cube nearer to the goal counts most; then a firm grip; then getting there sooner.',
    world: shortTable + cube + goalMarker,
    variant: { ...onTable, gripper: true, targetInAir: true, height: 0.535 },
  },
  {
    id: 'fetch-slide',
    title: 'Slide',
    description: 'Strike the puck so that it slides to a goal out of reach.',
    better: 'The puck coming to rest nearer to the goal counts most; then one clean stroke.',
    world: longTable + puck + goalMarker,
    variant: {
      ...onTable,
      gripper: false,
      targetOffset: 0.4,
      objectRange: 0.1,
      targetRange: 0.3,
      height: 0.45,
    },
    // Goals lie up to 0.7 m beyond the gripper.
    operator: { position: [0.55, 2, 1.5], target: [1.5, 0.75, 0.4] },
  },
];

function fetchTask(row: FetchRow, reward: RewardKind): MujocoTask {
  return {
    id: row.id,
    model: armXml({ name: row.id, world: row.world, timestep: 0.002 }),
    frameSkip: 20,
    horizon: 50,
    style: armStyle(row.title, row.operator),
    createProgram: (physics, dt) => createFetch(row.variant, reward, physics, dt),
  };
}

export const fetchTasks: readonly TaskEntry<typeof armOptions>[] = rows.map((row) => ({
  id: row.id,
  title: row.title,
  description: row.description,
  better: row.better,
  controlHz: 25,
  horizon: 50,
  controls: [...armControls, gripperControl],
  safeAction: [0, 0, 0, row.variant.gripper ? -1 : 0],
  trainSeeds: { start: 0, count: 1_000_000 },
  evalSeeds: { start: 1_000_000, count: 1000 },
  options: armOptions,
  task: ({ reward }) => fetchTask(row, reward),
}));
