import { dirname } from 'node:path';
import type { DoubleBuffer, MainModule, MjData, MjModel } from '@mujoco/mujoco';
import { type ModuleFileSystem, modulePath, mountFolder } from './mount.ts';
import { createNames } from './names.ts';
import {
  dataViews,
  MjcfError,
  type ModelArray,
  type ModelFile,
  type ModelSizes,
  type ModelSource,
  type Physics,
  type PhysicsArray,
  type ReadFiles,
} from './physics.ts';
import { type Changes, compileAnew, type SpecModule } from './respec.ts';

export { dataViews, MjcfError, type Physics, type PhysicsArray };

/**
 * The only file that knows MuJoCo (`@mujoco/mujoco`, the official WASM build). It owns every native
 * handle and hides three traps of the bindings: every property read of a model or data makes a new
 * view (so views are read once and kept), growth of the WASM heap detaches all of them (so they are
 * read again then), and a plain typed array as out-parameter silently does nothing (so buffers of
 * the heap are used).
 */

const STATE_INTEGRATION = 16383;
const OBJ_BODY = 1;
const OBJ_SITE = 6;

let loading: Promise<MainModule> | undefined;

/** On demand: a thread that drives needs no physics. */
function loadModule(): Promise<MainModule> {
  const silent = { print: () => {}, printErr: () => {} };
  loading ??= import('@mujoco/mujoco').then(({ default: load }) => load(silent));
  return loading;
}

function toMjcfError(error: unknown, files?: ReadFiles): Error {
  if (!(error instanceof Error)) return new MjcfError(String(error), 0, files);
  const text = error.message.replace(/^MuJoCo Error:\s*(Loading error:\s*)?/, '').trim();
  const line = /line(?: number=|\s+)(\d+)/i.exec(text)?.[1];
  return new MjcfError(text, line ? Number(line) : 0, files);
}

type Convert = (path: string, bytes: Uint8Array) => Uint8Array;

/** Compile a file as MuJoCo finds it, with the folder it may read mounted meanwhile. */
function compileFile(mj: MainModule, file: ModelFile, convert: Convert): MjModel {
  const { path, root, text } = file;
  const given = text === undefined ? undefined : new TextEncoder().encode(text);
  const fs = mj.FS as ModuleFileSystem;
  const mounted = mountFolder(fs, root, (name, bytes) =>
    given && name === path ? given : convert(name, bytes),
  );
  try {
    // `package://…` is opened as it is written, which makes it relative to where the module stands.
    fs.chdir(modulePath(dirname(path)));
    return compileMounted(mj, file);
  } catch (error) {
    throw toMjcfError(error, mounted);
  } finally {
    fs.chdir('/');
    mounted.unmount();
  }
}

function compileMounted(mj: MainModule, { path, actuate }: ModelFile): MjModel {
  const at = modulePath(path);
  const anew = (changes: Changes) => {
    const xml = new TextDecoder().decode((mj.FS as ModuleFileSystem).readFile(at));
    return compileAnew(mj as unknown as SpecModule<MjModel>, xml, dirname(at), changes);
  };
  try {
    return actuate ? anew({ freeSizes: false, actuate }) : mj.MjModel.from_xml_path(at);
  } catch (error) {
    // Old files ask for gigabytes by njmax and nconmax: MuJoCo's own sizes do as well.
    if (!(error instanceof Error) || !/allocate memory/.test(error.message)) throw error;
    return anew({ freeSizes: true, actuate });
  }
}

async function compile(mj: MainModule, source: ModelSource): Promise<MjModel> {
  if (typeof source !== 'string') {
    try {
      return compileFile(mj, source, (_path, bytes) => bytes);
    } catch (error) {
      if (!(error instanceof MjcfError) || !/ASCII file/.test(error.message)) throw error;
      const { toBinaryStl } = await import('./ascii-stl.ts');
      return compileFile(mj, source, toBinaryStl);
    }
  }
  try {
    return mj.MjModel.from_xml_string(source);
  } catch (error) {
    throw toMjcfError(error);
  }
}

/** Real paths of all that MuJoCo reads for a model; of one that does not compile, as far as it came. */
export async function filesOf(source: ModelFile): Promise<readonly string[]> {
  const mj = await loadModule();
  const { toBinaryStl } = await import('./ascii-stl.ts');
  const seen = new Set<string>();
  const note: Convert = (path, bytes) => {
    seen.add(path);
    return toBinaryStl(path, bytes);
  };
  try {
    compileFile(mj, source, note).delete();
  } catch {} // the environment's creator is told
  return [...seen];
}

/**
 * Compile a model and allocate its data.
 * @throws MjcfError with MuJoCo's message and the line.
 */
export async function createPhysics(source: ModelSource): Promise<Physics> {
  const mj = await loadModule();
  const model = await compile(mj, source);
  try {
    return wrap(mj, model, new mj.MjData(model));
  } catch (error) {
    model.delete();
    throw toMjcfError(error);
  }
}

function readSizes(model: MjModel): ModelSizes {
  const { nq, nv, nu, nactuator, na, nbody, njnt, ngeom, nsite, ncam } = model;
  const { nmesh, nhfield, nmat, nmocap, ntendon, nsensor, nsensordata } = model;
  return {
    nq,
    nv,
    nu,
    nactuator,
    na,
    nbody,
    njnt,
    ngeom,
    nsite,
    ncam,
    nmesh,
    nhfield,
    nmat,
    nmocap,
    ntendon,
    nsensor,
    nsensordata,
  };
}

function readTimestep(model: MjModel): number {
  const option = model.opt;
  const timestep = option.timestep;
  option.delete();
  return timestep;
}

function readStatistic(model: MjModel): Pick<Physics, 'center' | 'extent'> {
  const statistic = model.stat;
  const [x, y, z] = statistic.center as Float64Array;
  const { extent } = statistic;
  statistic.delete();
  return { center: [x!, y!, z!], extent };
}

function isModelArray(value: unknown): value is ModelArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Arrays of the model, copied once: booleans have no view, and views die when the heap grows. */
function createArrays(model: MjModel): (name: string) => ModelArray {
  const kept = new Map<string, ModelArray>();
  return (name) => {
    const known = kept.get(name);
    if (known) return known;
    const view: unknown = Reflect.get(model, name);
    if (!isModelArray(view)) throw new RangeError(`model: has no array "${name}"`);
    const copy = view.slice();
    kept.set(name, copy);
    return copy;
  };
}

type Views = Record<PhysicsArray, Float64Array>;

function readViews(data: MjData, into: Views): void {
  for (const name of dataViews) into[name] = data[name] as Float64Array;
}

/** State in and out through one buffer of the heap: nothing is allocated per call. */
function createStateAccess(mj: MainModule, model: MjModel, data: MjData, buffer: DoubleBuffer) {
  const size = buffer.GetElementCount();
  let view = buffer.GetView() as Float64Array;
  const current = () => {
    if (view.length === 0 && size > 0) view = buffer.GetView() as Float64Array;
    return view;
  };
  return {
    save(out: Float64Array, offset: number): void {
      mj.mj_getState(model, data, buffer, STATE_INTEGRATION);
      const from = current();
      for (let i = 0; i < size; i++) out[offset + i] = from[i]!;
    },
    load(from: Float64Array, offset: number): void {
      const to = current();
      for (let i = 0; i < size; i++) to[i] = from[offset + i]!;
      // The binding takes any array of numbers; a view of the heap is the fastest it accepts.
      mj.mj_setState(model, data, to as unknown as number[], STATE_INTEGRATION);
    },
  };
}

function createVelocity(mj: MainModule, model: MjModel, data: MjData, six: DoubleBuffer) {
  let view = six.GetView() as Float64Array;
  return (type: number, id: number, out: Float64Array): void => {
    mj.mj_objectVelocity(model, data, type, id, six, 0);
    if (view.length === 0) view = six.GetView() as Float64Array;
    for (let i = 0; i < 6; i++) out[i] = view[i]!;
  };
}

/**
 * Whether MuJoCo has warned, since the last reset, of numbers it cannot go on with. The vector is part
 * of the data and must not be deleted; what it hands out are copies.
 */
function createWarnings(mj: MainModule, data: MjData): () => boolean {
  const kinds = mj.mjtWarning;
  const bad = [
    kinds.mjWARN_BADQPOS,
    kinds.mjWARN_BADQVEL,
    kinds.mjWARN_BADQACC,
    kinds.mjWARN_BADCTRL,
  ];
  const indices = bad.map((kind) => kind.value);
  const warnings = data.warning;
  return () => {
    let count = 0;
    for (let i = 0; i < indices.length; i++) {
      const warning = warnings.get(indices[i]!);
      count += warning?.number ?? 0;
      warning?.delete();
    }
    return count > 0;
  };
}

function writeContactsOf(
  mj: MainModule,
  model: MjModel,
  data: MjData,
  six: DoubleBuffer,
  out: Float32Array,
): number {
  const contacts = data.contact;
  const count = Math.min(contacts.size(), Math.floor(out.length / 6));
  for (let i = 0; i < count; i++) {
    const contact = contacts.get(i);
    if (!contact) continue;
    mj.mj_contactForce(model, data, i, six);
    const local = six.GetView() as Float64Array;
    const frame = contact.frame as Float64Array;
    const position = contact.pos as Float64Array;
    for (let k = 0; k < 3; k++) {
      out[i * 6 + k] = position[k]!;
      // Rows of `frame` are the contact's axes in the world: normal first (MuJoCo, mjContact).
      out[i * 6 + 3 + k] =
        frame[k]! * local[0]! + frame[3 + k]! * local[1]! + frame[6 + k]! * local[2]!;
    }
    contact.delete();
  }
  contacts.delete();
  return count;
}

/** Paths of spatial tendons, computed again for the present frames. */
function createTendonPath(mj: MainModule, model: MjModel, data: MjData, views: Views) {
  let first = data.ten_wrapadr as Int32Array;
  let count = data.ten_wrapnum as Int32Array;
  return (tendon: number, out: Float64Array): number => {
    mj.mj_tendon(model, data);
    if (first.length === 0) {
      first = data.ten_wrapadr as Int32Array;
      count = data.ten_wrapnum as Int32Array;
    }
    const start = 3 * first[tendon]!;
    const points = Math.min(count[tendon]!, Math.floor(out.length / 3));
    for (let i = 0; i < 3 * points; i++) out[i] = views.wrap_xpos[start + i]!;
    return points;
  };
}

function wrap(mj: MainModule, model: MjModel, data: MjData): Physics {
  const stateSize = mj.mj_stateSize(model, STATE_INTEGRATION);
  const stateBuffer = new mj.DoubleBuffer(stateSize);
  const six = new mj.DoubleBuffer(6);
  const state = createStateAccess(mj, model, data, stateBuffer);
  const velocity = createVelocity(mj, model, data, six);
  const overlayState = new Float64Array(stateSize);
  const timestep = readTimestep(model);
  const array = createArrays(model);
  const hasWarned = createWarnings(mj, data);
  const keepsDiverged = (model.opt.disableflags & mj.mjtDisableBit.mjDSBL_AUTORESET.value) !== 0;
  const views = {} as Views;
  readViews(data, views);
  let closed = false;
  /** Heap growth (another model was compiled) leaves views of length 0. */
  const keepViews = () => {
    if (views.xpos.length === 0) readViews(data, views);
  };
  const inspect = () => {
    state.save(overlayState, 0);
    mj.mj_forward(model, data);
    state.load(overlayState, 0);
    keepViews();
  };
  const methods = {
    model: array,
    ...createNames(array),
    ...readStatistic(model),
    version: mj.mj_versionString(),
    sizes: readSizes(model),
    timestep,
    stateSize,
    sync: keepViews,
    reset: () => {
      mj.mj_resetData(model, data);
      keepViews();
    },
    resetToKey: (key: number) => {
      mj.mj_resetDataKeyframe(model, data, key);
      keepViews();
    },
    step: (substeps: number) => {
      const before = data.time;
      for (let i = 0; i < substeps; i++) mj.mj_step(model, data);
      keepViews();
      // MuJoCo resets a diverged simulation by itself, and time with it.
      if (data.time <= before + (substeps - 0.5) * timestep) return false;
      // Warnings tell of the rest: a reset in the first substep of an episode, a model that switches the
      // reset off, controls that are no numbers. Reading them costs a seventh of a small model's step.
      const mayHide =
        before < 0.5 * timestep || keepsDiverged || !views.ctrl.every(Number.isFinite);
      return !(mayHide && hasWarned());
    },
    forward: () => {
      mj.mj_forward(model, data);
      keepViews();
    },
    refreshFrames: () => {
      mj.mj_kinematics(model, data);
      mj.mj_comPos(model, data);
      mj.mj_comVel(model, data);
      keepViews();
    },
    refreshPoses: () => {
      mj.mj_kinematics(model, data);
      keepViews();
    },
    refreshForces: () => mj.mj_rnePostConstraint(model, data),
    tendonPath: createTendonPath(mj, model, data, views),
    siteVelocity: (site: number, out: Float64Array) => velocity(OBJ_SITE, site, out),
    bodyVelocity: (body: number, out: Float64Array) => velocity(OBJ_BODY, body, out),
    saveState: state.save,
    loadState: (from: Float64Array, offset: number) => {
      // Warnings are no part of a state.
      if (hasWarned()) mj.mj_resetData(model, data);
      state.load(from, offset);
      keepViews();
    },
    inspect,
    writeContacts: (out: Float32Array) => {
      inspect();
      return writeContactsOf(mj, model, data, six, out);
    },
    heapBytes: () => (data.qpos as Float64Array).buffer.byteLength,
    close: () => {
      if (closed) return;
      closed = true;
      for (const handle of [six, stateBuffer, data, model]) handle.delete();
    },
  };
  return Object.assign(views, methods);
}
