import type { Names } from './names.ts';

/** What tasks see of MuJoCo: one model with its simulation, made by `createPhysics` of `mujoco.ts`. */

/** Named arrays of MuJoCo's `mjData` that tasks read or write; MuJoCo's names and layouts. */
export const dataViews = [
  'qpos',
  'qvel',
  'act',
  'ctrl',
  'qacc',
  'xpos',
  'xquat',
  'geom_xpos',
  'wrap_xpos',
  'xipos',
  'site_xpos',
  'site_xmat',
  'mocap_pos',
  'mocap_quat',
  'cinert',
  'cvel',
  'cfrc_ext',
  'qfrc_actuator',
  'qfrc_applied',
  'qfrc_bias',
  'qfrc_spring',
  'qfrc_gravcomp',
  'actuator_length',
  'xfrc_applied',
  'actuator_force',
  'sensordata',
  'xanchor',
  'xaxis',
  'subtree_com',
] as const;
export type PhysicsArray = (typeof dataViews)[number];

/** Read-only arrays of `mjModel`; numbers under MuJoCo's names. Copied once: they survive heap growth. */
export type ModelArray = Float64Array | Float32Array | Int32Array | Int8Array | Uint8Array;

/** Sizes under MuJoCo's names. */
export interface ModelSizes {
  readonly nq: number;
  readonly nv: number;
  /** Controls; an actuator may have several, so actuators are counted by `nactuator`. */
  readonly nu: number;
  readonly nactuator: number;
  readonly na: number;
  readonly nbody: number;
  readonly njnt: number;
  readonly ngeom: number;
  readonly nsite: number;
  readonly ncam: number;
  readonly nmesh: number;
  readonly nhfield: number;
  readonly nmat: number;
  readonly nmocap: number;
  readonly ntendon: number;
  readonly nsensor: number;
  readonly nsensordata: number;
}

export type Physics = Names &
  Readonly<Record<PhysicsArray, Float64Array>> & {
    /** MuJoCo's, e.g. `3.14.0`. */
    readonly version: string;
    readonly sizes: ModelSizes;
    /** Seconds per substep. */
    readonly timestep: number;
    /** MuJoCo's estimate of where the model is and how large. */
    readonly center: readonly [number, number, number];
    readonly extent: number;
    /** `mjSTATE_INTEGRATION`: full physics with warm start, controls, applied forces, mocap. */
    readonly stateSize: number;
    /** Copy of an array of `mjModel`, e.g. `geom_type`. @throws RangeError for an unknown name. */
    model(name: string): ModelArray;
    /** Read the views again if the heap grew since; call before reading or writing arrays. */
    sync(): void;
    /** `mj_resetData`: mocap, warm start and controls too. */
    reset(): void;
    /** Set the state of a `<key>` of the model. */
    resetToKey(key: number): void;
    /** Substeps. Returns false when MuJoCo warned of a bad state or control in one of them, or reset itself. */
    step(substeps: number): boolean;
    forward(): void;
    /** Frames, centres of mass and velocities from qpos and qvel alone; touches nothing that later steps depend on. */
    refreshFrames(): void;
    /** Everything derived, forces too, for a look at the current state; qpos to warm start stay as they were. */
    inspect(): void;
    /** World frames only, from qpos alone. */
    refreshPoses(): void;
    /** Fills `cfrc_ext` (`mj_rnePostConstraint`). */
    refreshForces(): void;
    /** Spatial velocity of a site in world axes; writes rotation (3) and translation (3) to `out`. */
    siteVelocity(site: number, out: Float64Array): void;
    bodyVelocity(body: number, out: Float64Array): void;
    /** Write the points of a spatial tendon's path (x, y, z each) for the present frames; returns how many. */
    tendonPath(tendon: number, out: Float64Array): number;
    /** Writes `stateSize` numbers at `offset`. */
    saveState(out: Float64Array, offset: number): void;
    loadState(from: Float64Array, offset: number): void;
    /**
     * Contacts of the current state: per contact x, y, z and the force (fx, fy, fz; N, world axes) on
     * the second body. Leaves the state exactly as it was. Returns how many were written.
     */
    writeContacts(out: Float32Array): number;
    /** Bytes of the whole WASM heap, shared by all models of this thread. */
    heapBytes(): number;
    close(): void;
  };

/** Kinds of actuators that are made for joints: within their limits, or within their effort. */
export const actuations = ['position', 'motor'] as const;
export type Actuation = (typeof actuations)[number];

/** A model in a file, with the folder that MuJoCo may read. */
export interface ModelFile {
  /** Absolute, inside `root`. */
  readonly path: string;
  /** Real path (no links) of the folder that everything the model refers to lies in. */
  readonly root: string;
  /** What is read at `path` in place of the file. */
  readonly text?: string;
  /** Actuators for the joints of a model that has none. */
  readonly actuate?: Actuation | undefined;
}

/** An MJCF text that refers to no files, or a file. */
export type ModelSource = string | ModelFile;

/** A file that lies in the root and was not read all the same. */
export interface Refusal {
  readonly path: string;
  readonly why: 'leads outside' | 'is no regular file' | 'is too large';
}

/** What was read, and what was not, until an error. */
export interface ReadFiles {
  /** Real paths, in order. */
  readonly opened: readonly string[];
  readonly refused: readonly Refusal[];
}

/** An MJCF error; `message` is MuJoCo's own text. `line` counts from 1 in the XML given; 0 = unknown. */
export class MjcfError extends Error {
  readonly line: number;
  readonly files: ReadFiles;
  constructor(message: string, line: number, files: ReadFiles = { opened: [], refused: [] }) {
    super(message);
    this.name = 'MjcfError';
    this.line = line;
    this.files = files;
  }
}
