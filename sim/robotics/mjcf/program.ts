import { actuatorSpace, controlIndex } from '../engine/fields.ts';
import { dataViews, type Physics, type PhysicsArray } from '../engine/mujoco.ts';
import { movingBodies } from '../engine/scene.ts';
import type { ObservationField, TaskProgram } from '../engine/task.ts';
import { compileExpression, compileSlice, type Scope, type Value } from './expression.ts';
import type { TaskFile } from './task-file.ts';

const axes = ['x', 'y', 'z'];

function isPhysicsArray(name: string): name is PhysicsArray {
  return (dataViews as readonly string[]).includes(name);
}

/** `body("a").z`, `site("a").x`: position; `joint("a")`, `velocity("a")`: coordinate; `sensor("a")`, `action("a")`. */
function elementOf(physics: Physics, kind: string, name: string, part: string | undefined): Value {
  if (kind === 'body' || kind === 'site') {
    const axis = axes.indexOf(part ?? '');
    if (axis < 0)
      throw new RangeError(
        `${kind}("${name}"): part is "${part ?? ''}", allowed ${axes.join(', ')}`,
      );
    const at = physics.id(kind, name) * 3 + axis;
    return kind === 'body' ? () => physics.xpos[at]! : () => physics.site_xpos[at]!;
  }
  if (part !== undefined) throw new RangeError(`${kind}("${name}"): has no part "${part}"`);
  if (kind === 'sensor') {
    const at = physics.model('sensor_adr')[physics.id('sensor', name)]!;
    return () => physics.sensordata[at]!;
  }
  if (kind === 'action') {
    const at = controlIndex(physics, name);
    return () => physics.ctrl[at]!;
  }
  const joint = physics.id('joint', name);
  const qpos = physics.model('jnt_qposadr')[joint]!;
  const dof = physics.model('jnt_dofadr')[joint]!;
  return kind === 'joint' ? () => physics.qpos[qpos]! : () => physics.qvel[dof]!;
}

/** Names of expressions; `before` collects what has to be remembered. */
function createScope(
  physics: Physics,
  dt: number,
  remembered: Value[],
  memory: () => Float64Array,
): Scope {
  return {
    constant(name) {
      if (name === 'dt') return () => dt;
      if (name === 'pi') return () => Math.PI;
      return undefined;
    },
    array: (name) => (isPhysicsArray(name) ? () => physics[name] : undefined),
    element: (kind, name, part) => elementOf(physics, kind, name, part),
    before(inner) {
      const slot = remembered.push(inner) - 1;
      return () => memory()[slot]!;
    },
  };
}

/** Name the field of the task file in every error of an expression. */
export function within<T>(field: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`task.${field}: ${error.message}`);
    throw error;
  }
}

function observationField(source: string, scope: Scope): ObservationField {
  const named = /^\s*([^=<>!"]*?)\s*=(?!=)\s*(.*)$/.exec(source);
  if (named) {
    if (named[1] === '') throw new RangeError(`"${source}" has an empty name, allowed a text`);
    const value = compileExpression(named[2]!, scope);
    return {
      names: [named[1]!],
      write: (out, offset) => {
        out[offset] = value();
      },
    };
  }
  const { name, read, from, to } = compileSlice(source, scope);
  return {
    names: Array.from({ length: to - from }, (_, i) => `${name}[${from + i}]`),
    write(out, offset) {
      const values = read();
      for (let i = from; i < to; i++) out[offset + i - from] = values[i]!;
    },
  };
}

function compileTable(field: string, list: Readonly<Record<string, string>>, scope: Scope) {
  return Object.entries(list).map(([name, source]) => ({
    name,
    value: within(`${field}.${name}`, () => compileExpression(source, scope)),
  }));
}

/** Bodies that the look of a task names. @throws RangeError naming the field */
function checkBodies({ cameras, roles }: TaskFile, physics: Physics): void {
  cameras.forEach(({ body }, i) => {
    if (body !== undefined) within(`cameras[${i}].body`, () => physics.id('body', body));
  });
  for (const body of Object.keys(roles)) within(`roles.${body}`, () => physics.id('body', body));
}

/** Two numbers of an observation with one name could not be told apart. */
function checkNames(fields: readonly ObservationField[]): void {
  const seen = new Set<string>();
  fields.forEach(({ names }, i) => {
    for (const name of names) {
      if (seen.has(name))
        throw new RangeError(`task.observation[${i}]: "${name}" is there twice, allowed once`);
      seen.add(name);
    }
  });
}

/** The first body that moves; the world in a model where nothing does. */
function firstBody(physics: Physics): number {
  return movingBodies(physics)[0] ?? 0;
}

/** A task file on a physics. @throws RangeError naming the field of the task file. */
export function createFileProgram(task: TaskFile, physics: Physics, dt: number): TaskProgram {
  const remembered: Value[] = [];
  let memory = new Float64Array(0);
  const scope = createScope(physics, dt, remembered, () => memory);
  const compile = (field: 'success' | 'cost') => {
    const source = task[field];
    return source === undefined ? () => 0 : within(field, () => compileExpression(source, scope));
  };
  checkBodies(task, physics);
  const fields = task.observation.map((source, i) =>
    within(`observation[${i}]`, () => observationField(source, scope)),
  );
  checkNames(fields);
  const rewards = compileTable('reward', task.reward, scope);
  const metrics = compileTable('metrics', task.metrics, scope);
  const endings = compileTable('terminate', task.terminate, scope);
  const success = compile('success');
  const cost = compile('cost');
  const agent =
    3 *
    (task.agentBody === undefined
      ? firstBody(physics)
      : within('agentBody', () => physics.id('body', task.agentBody!)));
  const key =
    task.keyframe === undefined ? -1 : within('keyframe', () => physics.id('key', task.keyframe!));
  const usesForces = JSON.stringify(task).includes('cfrc_ext');
  memory = new Float64Array(remembered.length);
  const remember = () => {
    for (let i = 0; i < remembered.length; i++) memory[i] = remembered[i]!();
  };
  return {
    actionSpace: actuatorSpace(physics),
    fields,
    rewards,
    metrics,
    endReasons: endings.map(({ name }) => ({ id: name, label: name, severity: 'neutral' })),
    memory,
    reset(random) {
      if (key >= 0) physics.resetToKey(key);
      const { qpos, qvel } = physics;
      if (task.noise.qpos > 0)
        for (let i = 0; i < qpos.length; i++)
          qpos[i]! += random.uniform(-task.noise.qpos, task.noise.qpos);
      if (task.noise.qvel > 0)
        for (let i = 0; i < qvel.length; i++)
          qvel[i]! += random.uniform(-task.noise.qvel, task.noise.qvel);
      physics.forward();
      remember();
    },
    act: (action) => physics.ctrl.set(action),
    observe() {
      if (usesForces) physics.refreshForces();
      physics.refreshFrames();
    },
    remember,
    judge(info) {
      info.success = success() !== 0;
      info.cost = Math.max(0, cost());
      for (let i = 0; i < endings.length; i++)
        if (endings[i]!.value() !== 0) return endings[i]!.name;
      return '';
    },
    writeAgentPosition(out) {
      for (let k = 0; k < 3; k++) out[k] = physics.xpos[agent + k]!;
    },
  };
}
