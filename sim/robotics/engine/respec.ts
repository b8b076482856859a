import type { Actuation } from './physics.ts';

/**
 * Compiling a model with changes that its file does not say: MuJoCo's editable specification (`mjSpec`)
 * of the same text. The types name only what is used here; `mujoco.ts` owns the module.
 */

interface Handle {
  delete(): void;
}

interface CompiledModel extends Handle {
  readonly jnt_type: Int32Array;
  readonly jnt_range: Float64Array;
  readonly jnt_actfrcrange: Float64Array;
  readonly jnt_dofadr: Int32Array;
  readonly dof_M0: Float64Array;
}

interface Spec extends Handle {
  modelfiledir: string;
  memory: number;
  njmax: number;
  nconmax: number;
  nstack: number;
}

interface Element {
  readonly type?: never;
}

interface Actuator {
  readonly element: Element;
  target: string;
  trntype: unknown;
  biastype: unknown;
  ctrllimited: unknown;
  forcelimited: unknown;
  readonly gainprm: Float64Array;
  readonly biasprm: Float64Array;
  readonly ctrlrange: Float64Array;
  readonly forcerange: Float64Array;
}

export interface SpecModule<Model> {
  readonly mjtObj: { readonly mjOBJ_JOINT: unknown; readonly mjOBJ_ACTUATOR: unknown };
  readonly mjtTrn: { readonly mjTRN_JOINT: unknown };
  readonly mjtBias: { readonly mjBIAS_AFFINE: unknown };
  readonly mjtLimited: { readonly mjLIMITED_TRUE: unknown };
  parseXMLString(xml: string): Spec;
  mj_compile(spec: Spec): Model & CompiledModel;
  mj_name2id(model: Model, type: number, name: string): number;
  mjs_getSpecDefault(spec: Spec): unknown;
  mjs_firstElement(spec: Spec, type: unknown): Element | undefined;
  mjs_nextElement(spec: Spec, element: Element): Element | undefined;
  mjs_getName(element: Element): string;
  mjs_setName(element: Element, name: string): number;
  mjs_addActuator(spec: Spec, fallback: unknown): Actuator;
}

/** MuJoCo's numbers: `mjtObj` of joints; `mjtJoint` of the joints with one number, slide and hinge. */
const OBJECT_JOINT = 3;
const JOINT_SLIDE = 2;
const JOINT_HINGE = 3;

/**
 * Natural frequency (rad/s) of a position actuator against the inertia of its joint in the initial
 * pose: 5 Hz sags by 10 mm per metre under gravity and is slow beside time steps of milliseconds.
 */
const FREQUENCY = 2 * Math.PI * 5;
/** Range of an unlimited joint: one turn, or ±1 m. */
const OPEN_RANGE = { [JOINT_SLIDE]: 1, [JOINT_HINGE]: Math.PI };

/** Joints by name; those without get one, because an actuator refers to its joint by name. */
function jointNames<M>(mj: SpecModule<M>, spec: Spec): string[] {
  const names: string[] = [];
  let element = mj.mjs_firstElement(spec, mj.mjtObj.mjOBJ_JOINT);
  while (element) {
    if (mj.mjs_getName(element) === '') mj.mjs_setName(element, `joint-${names.length}`);
    names.push(mj.mjs_getName(element));
    element = mj.mjs_nextElement(spec, element);
  }
  return names;
}

/** One actuator for each hinge and slide, critically damped, within the joint's limits and effort. */
function addActuators<M>(mj: SpecModule<M>, spec: Spec, actuation: Actuation): void {
  if (mj.mjs_firstElement(spec, mj.mjtObj.mjOBJ_ACTUATOR))
    throw new Error(`actuate: is "${actuation}", allowed for models without actuators`);
  const names = jointNames(mj, spec);
  const model = mj.mj_compile(spec);
  const fallback = mj.mjs_getSpecDefault(spec);
  for (const name of names) {
    const joint = mj.mj_name2id(model, OBJECT_JOINT, name);
    const type = model.jnt_type[joint];
    if (type !== JOINT_SLIDE && type !== JOINT_HINGE) continue;
    const pair = (values: Float64Array) => values.slice(2 * joint, 2 * joint + 2);
    const [low, high] = pair(model.jnt_range);
    const [weakest, strongest] = pair(model.jnt_actfrcrange);
    const inertia = model.dof_M0[model.jnt_dofadr[joint]!]!;
    const actuator = mj.mjs_addActuator(spec, fallback);
    mj.mjs_setName(actuator.element, name);
    actuator.target = name;
    actuator.trntype = mj.mjtTrn.mjTRN_JOINT;
    actuator.ctrllimited = mj.mjtLimited.mjLIMITED_TRUE;
    if (actuation === 'motor') {
      actuator.gainprm[0] = 1;
      actuator.ctrlrange.set(weakest! < strongest! ? [weakest!, strongest!] : [-1, 1]);
      continue;
    }
    const stiffness = inertia * FREQUENCY ** 2;
    actuator.gainprm[0] = stiffness;
    actuator.biastype = mj.mjtBias.mjBIAS_AFFINE;
    actuator.biasprm.set([0, -stiffness, -2 * inertia * FREQUENCY]);
    const open = OPEN_RANGE[type];
    actuator.ctrlrange.set(low! < high! ? [low!, high!] : [-open, open]);
  }
  model.delete();
}

/** What is to differ from the file. */
export interface Changes {
  /** Leave the sizes of memory to MuJoCo, whatever the file asks for. */
  readonly freeSizes: boolean;
  readonly actuate?: Actuation | undefined;
}

/** `folder`: the model's, as the module sees it. */
export function compileAnew<M>(
  mj: SpecModule<M>,
  xml: string,
  folder: string,
  { freeSizes, actuate }: Changes,
): M {
  const spec = mj.parseXMLString(xml);
  try {
    spec.modelfiledir = folder;
    if (freeSizes)
      for (const size of ['memory', 'njmax', 'nconmax', 'nstack'] as const) spec[size] = -1;
    if (actuate) addActuators(mj, spec, actuate);
    return mj.mj_compile(spec);
  } finally {
    spec.delete();
  }
}
