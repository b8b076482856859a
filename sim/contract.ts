/**
 * The environment contract. Everything that learns from, streams, records or takes over an
 * environment uses only this. `sim/check.ts` is the contract as code: every environment passes it.
 *
 * Conventions: right-handed, z up, metres, radians, seconds; quaternions are (w, x, y, z).
 * Environments are synchronous and deterministic: the same seed and actions give bit-identical
 * episodes. Per-step code allocates nothing: a `TimeStep` and the arrays in it belong to the
 * environment and are valid until the next `reset`, `step` or `loadState`; copy what you keep.
 */

import type { ConfigSchema } from './config.ts';
import type { AxisControl } from './controls.ts';

export type { AxisControl, Pace } from './controls.ts';

/** A box of real numbers, flat. `low`/`high` may be ±Infinity; actions are always bounded. */
export interface BoxSpace {
  readonly kind: 'box';
  readonly size: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** One name per number, e.g. `steering`; shown in inspectors and exports. */
  readonly names?: readonly string[];
  /** The mirror image of these numbers, for tasks that are the same left and right. */
  readonly mirror?: Mirror;
  /**
   * Observations that repeat the agent's previous action. An imitating policy that sees them learns to
   * repeat itself (causal confusion, de Haan et al. 2019).
   */
  readonly previousActionInputs?: readonly number[];
}

/**
 * Left becomes right: number j of the mirrored array is number `from[j]` of the original, turned about
 * the middle of its range (about 0 when unbounded) where `sign[j]` is −1. Mirroring twice gives the original.
 */
export interface Mirror {
  readonly from: Int32Array;
  readonly sign: Int8Array;
}

/** What happened in the last step, by name. Numbers are reused in place. */
export interface StepInfo {
  /** Reward terms; they sum to `TimeStep.reward`. */
  readonly rewardTerms: Record<string, number>;
  /** Safety cost of this step, >= 0 (constrained-MDP convention; not part of the reward). */
  cost: number;
  /** True on the step the task is solved (and on later steps while it stays solved). */
  success: boolean;
  /** Task metrics, e.g. `routeCompletion` in [0, 1], `speed` m/s. Cumulative ones say so in the docs. */
  readonly metrics: Record<string, number>;
  /** Why the episode ended, from the environment's own closed list; '' while it runs. */
  endReason: string;
}

/** A reason why an environment's episodes end, described for people. */
export interface EndReason {
  /** As in `StepInfo.endReason`. */
  readonly id: string;
  /** A noun phrase that fits into "…: a crash after 3.0 s". */
  readonly label: string;
  readonly severity: 'success' | 'failure' | 'neutral';
}

/**
 * One step of interaction (after dm_env). `discount === 0` means terminated; a `last` step with
 * `discount === 1` is a truncation, whose value must still be bootstrapped.
 * Changed only by `restart`, `transition`, `termination`, `truncation`.
 */
export interface TimeStep {
  kind: 'first' | 'mid' | 'last';
  /** Steps since reset; 0 on `first`. */
  step: number;
  /** Simulated seconds since reset. */
  time: number;
  /** Shape (observationSpace.size). */
  readonly observation: Float32Array;
  /** Reward for the action that led here; 0 on `first`. */
  reward: number;
  discount: number;
  readonly info: StepInfo;
}

/** The whole state of an environment, random generators included, as plain doubles. Opaque. */
export type EnvState = Float64Array;

export type Vec3 = readonly [number, number, number];
export type Quat = readonly [number, number, number, number];

export type ShapeKind =
  | 'plane'
  | 'box'
  | 'sphere'
  | 'capsule'
  | 'ellipsoid'
  | 'cylinder'
  | 'mesh'
  | 'heightfield';

/** Colour and finish of a surface. */
export interface Look {
  /** RGBA in [0, 1]. */
  readonly colour: readonly [number, number, number, number];
  readonly roughness?: number;
  readonly metalness?: number;
  /** Glow strength, e.g. brake lights and signs. */
  readonly emissive?: number;
  /** Key into `SceneDescription.textures`. */
  readonly texture?: string;
  readonly castShadow?: boolean;
}

export interface Geom extends Look {
  readonly shape: ShapeKind;
  /**
   * Half-sizes as in MuJoCo: box (x, y, z); sphere (r); capsule and cylinder (r, half length along
   * z); ellipsoid (x, y, z); plane (x, y; 0 = endless); heightfield (x, y, height scale, base);
   * mesh: scale (x, y, z).
   */
  readonly size: readonly number[];
  /** Pose in the body's frame. */
  readonly position: Vec3;
  readonly quaternion: Quat;
  /** Key into `SceneDescription.meshes` (mesh and heightfield shapes). */
  readonly mesh?: string;
}

/** `role` lets the UI colour and list things without knowing the task. */
export type BodyRole =
  | 'ego'
  | 'vehicle'
  | 'pedestrian'
  | 'obstacle'
  | 'robot'
  | 'object'
  | 'goal'
  | 'scenery'
  | 'ground';

export interface BodyDescription {
  readonly id: string;
  readonly role: BodyRole;
  readonly geoms: readonly Geom[];
}

/** A body that never moves: its pose is here, not in the pose stream. */
export interface StaticBody extends BodyDescription {
  readonly position: Vec3;
  readonly quaternion: Quat;
}

export interface MeshData {
  /** xyz per vertex. */
  readonly positions: Float32Array;
  readonly normals?: Float32Array;
  readonly uvs?: Float32Array;
  /** rgb in [0, 1] per vertex, linear (as in glTF); multiplied with the geom's colour. */
  readonly colours?: Float32Array;
  readonly indices: Uint32Array;
}

/**
 * What bends with several bodies: skin, cloth, soft solids, cables. Vertex v lies at the sum, over its
 * influences i from `starts[v]` to `starts[v + 1]`, of `weights[i]` times the point `offsets[i]` of the frame
 * of body `bodies[i]`. Poses alone place it: nothing else is streamed.
 */
export interface SkinDescription extends Look {
  readonly id: string;
  /** (vertices + 1) */
  readonly starts: Uint32Array;
  /** Per influence an index into `SceneDescription.bodies`; their number: the world. */
  readonly bodies: Uint32Array;
  readonly weights: Float32Array;
  /** xyz per influence, metres. */
  readonly offsets: Float32Array;
  /** Three vertices per face; with a `threadRadius`, two per piece. */
  readonly indices: Uint32Array;
  readonly uvs?: Float32Array;
  /** Metres that the surface lies outside of its vertices, along its normals. */
  readonly inflate?: number;
  /** A bundle of threads of this radius (m) instead of a surface. */
  readonly threadRadius?: number;
}

export interface TextureData {
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row from the top. */
  readonly pixels: Uint8Array;
  /** Repetitions over the geom; per metre on an endless plane. */
  readonly repeat?: readonly [number, number];
}

export interface CameraDescription {
  readonly id: string;
  /**
   * chase: behind and above `body`, turning with it; top: straight down; cockpit: fixed to `body`, level;
   * orbit: free; mounted: fixed to `body`, tilting with it, or turned towards `aim`.
   */
  readonly kind: 'chase' | 'top' | 'cockpit' | 'orbit' | 'fixed' | 'mounted';
  /** Body it follows; omitted: the world. */
  readonly body?: string;
  /** Eye, relative to the body (or world). */
  readonly position: Vec3;
  /** Point that the camera looks at, relative to the body (or world). */
  readonly target: Vec3;
  /** Point that a mounted camera keeps in its middle, instead of `target`: on another body, or in the world. */
  readonly aim?: { readonly body?: string; readonly position: Vec3 };
  /** Direction in the body that is up in the picture (mounted); omitted: z. */
  readonly up?: Vec3;
  /** Vertical field of view, degrees. */
  readonly fov: number;
}

/** What a viewer needs to draw the task; it never knows the task itself. */
export interface SceneDescription {
  readonly title: string;
  /** Moving bodies, in the order of the pose stream. */
  readonly bodies: readonly BodyDescription[];
  readonly statics: readonly StaticBody[];
  readonly skins?: readonly SkinDescription[];
  readonly meshes: Readonly<Record<string, MeshData>>;
  readonly textures: Readonly<Record<string, TextureData>>;
  readonly cameras: readonly CameraDescription[];
  readonly light: 'day' | 'dusk' | 'studio';
  /**
   * Key into `textures` of a sky instead of the light's own: six squares, one below another, or one for all.
   * Faces and their axes are those of an OpenGL cube map (+x, −x, +y, …) looked up at (x, z, −y).
   */
  readonly sky?: string;
  /** Key into `textures` of the one, without pixels here, that `Environment.picture` fills at every step. */
  readonly picture?: string;
  /** Id of the body that a person would call "the agent". */
  readonly agentBody: string;
  /** Axis-aligned bounds of the interesting region, metres. */
  readonly bounds: { readonly min: Vec3; readonly max: Vec3 };
}

/** Numbers per body in a pose array: x, y, z, qw, qx, qy, qz. An all-zero quaternion hides the body. */
export const POSE_SIZE = 7;

export interface Environment {
  /** Id in the registry. */
  readonly id: string;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  /** May be replaced by a new object at `reset` or `loadState` (another map): compare by identity. */
  readonly scene: SceneDescription;
  /** Seconds between actions. */
  readonly controlDt: number;
  /**
   * Physics engine and version, e.g. `MuJoCo 3.14.0`, where it is another's: from version to version the same
   * actions may lead to other states.
   */
  readonly engine?: string;
  /** The closed list of `StepInfo.endReason`. */
  readonly endReasons: readonly EndReason[];
  /** Controls known only after creation (a model that a user brings); they replace the factory's. */
  readonly controls?: readonly AxisControl[];
  /** Other facts known only after creation; they replace the factory's as well. */
  readonly info?: Partial<
    Pick<EnvironmentInfo, 'title' | 'description' | 'better' | 'horizon' | 'safeAction'>
  >;
  /** Start an episode. Any safe non-negative integer is a seed. */
  reset(seed: number): TimeStep;
  /**
   * Advance by `controlDt`. The action is clipped to the action space.
   * @throws RangeError for a wrong length or NaN, with field, value and allowed range.
   * @throws Error when the episode is over (`last`): call `reset`.
   */
  step(action: Float32Array): TimeStep;
  /** Write bodies × POSE_SIZE numbers. */
  writePoses(out: Float32Array): void;
  /** Copy the whole state; reuses `out` when it has the right length. */
  saveState(out?: EnvState): EnvState;
  /** Restore exactly, in this or another instance created with the same options; returns the step it was saved at. */
  loadState(state: EnvState): TimeStep;
  /**
   * Position (x, y, z) in the world of what a person would call the agent: car or end effector.
   * Trails and predicted paths are drawn from it. Writes 3 numbers.
   */
  writeAgentPosition(out: Float32Array): void;
  /** For environments that draw themselves: `scene.picture` as it is now, a PNG, never written to again. Changes nothing. */
  picture?(): Uint8Array;
  /**
   * Contact overlay, where there is physics: per contact x, y, z, then the force on the second body
   * fx, fy, fz (N), all in the world. Writes as many as fit; returns how many. Changes nothing.
   */
  writeContacts?(out: Float32Array): number;
  /**
   * Joint overlay: per joint anchor x, y, z, axis x, y, z (world), position (m or rad) and
   * force (N or N m); 8 numbers each. Writes as many as fit; returns how many. Changes nothing.
   */
  writeJoints?(out: Float32Array): number;
  /**
   * Sensor overlay, where the agent observes rays: where they begin, x, y, z, then per ray where it ends, x, y, z in the
   * world, and what share of its range that is (1: it met nothing), as the present observation says. Writes as many
   * rays as fit; returns how many. Changes nothing.
   */
  writeRays?(out: Float32Array): number;
  /**
   * The action that keeps the agent where it is now, for environments where that depends on the state
   * (position servos). Elsewhere `safeAction` keeps it. Writes (actionSpace.size) numbers within the action
   * space. Changes nothing.
   */
  writeHoldAction?(out: Float32Array): void;
  /** Release native memory. The environment is unusable afterwards. */
  close(): void;
}

/** What the registry knows about an environment without creating it. */
export interface EnvironmentInfo {
  readonly id: string;
  readonly title: string;
  /** What the agent is to do, in a sentence or two for people. */
  readonly description: string;
  /** What makes one attempt better than another, in a sentence or two for people who judge them. */
  readonly better: string;
  readonly family: 'driving' | 'robotics';
  /** Control rate in Hz. */
  readonly controlHz: number;
  /** Longest episode in steps. */
  readonly horizon: number;
  readonly controls: readonly AxisControl[];
  /** Safe action while neither the policy nor a person decides (e.g. brake); shape (actionSpace.size). */
  readonly safeAction: readonly number[];
  /** First seeds of the training and the held-out split. */
  readonly trainSeeds: { readonly start: number; readonly count: number };
  readonly evalSeeds: { readonly start: number; readonly count: number };
  /** Licence of its model and assets. */
  readonly licence: string;
}

/** Environment options from the command line or an API, as they were given; the factory's `options` checks them. */
export type EnvironmentOptions = Readonly<Record<string, unknown>>;

export interface EnvironmentFactory extends EnvironmentInfo {
  /** What `create` can be told: type, range, default and documentation of every option. */
  readonly options: ConfigSchema;
  /** @throws RangeError naming field, value and allowed range for bad options. */
  create(options?: EnvironmentOptions): Promise<Environment>;
  /**
   * Options under which people see more situations in the same minutes: short episodes, many beginnings. What is learned
   * there is measured without them. They change no saved state: it can be loaded where they are not.
   */
  readonly practice?: EnvironmentOptions;
  /** Files of the user's that these options make it of; their content belongs to what it is. */
  files?(options: EnvironmentOptions): Promise<readonly string[]>;
  /** Options that are paths: how they are spelt does not belong to it. */
  readonly pathOptions?: readonly string[];
  /**
   * A scripted expert, where there is one: it reads the environment and writes an action to `out`.
   * Used by synthetic override teachers and, without a `createPlanner`, as `--policy planner`.
   */
  createExpert?(env: Environment): Expert;
  /** A scripted controller for `--policy planner`: better than the expert, but not as good to learn from. */
  createPlanner?(env: Environment): Expert;
}

/** A controller that may read the environment's true state. */
export interface Expert {
  /** Action for the environment's current state; shape (actionSpace.size). Must not change the environment. */
  act(out: Float32Array): void;
  /** What it remembers from act to act; absent: nothing. */
  readonly memory?: Memory;
}

/** What something remembers beside the environment's state, so that it can go on later as if never stopped. */
export interface Memory {
  /** A copy, as plain data that can be cloned. */
  save(): unknown;
  /** `saved`: what `save` returned. */
  load(saved: unknown): void;
}
