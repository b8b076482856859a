import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { choice, config, optional, readOptions, required, text } from '../../config.ts';
import type { AxisControl, EnvironmentFactory } from '../../contract.ts';
import { filesOfModule, importModule, isModule } from '../../user-module.ts';
import { createMujocoEnvironment, type RoboticsEnvironment } from '../engine/environment.ts';
import { controlIndex, controlNames, motorControls } from '../engine/fields.ts';
import { createHold } from '../engine/hold.ts';
import { filesOf } from '../engine/mujoco.ts';
import {
  type Actuation,
  actuations,
  MjcfError,
  type ModelFile,
  type Physics,
} from '../engine/physics.ts';
import type { SceneStyle } from '../engine/task.ts';
import { explain } from './explain.ts';
import { findModel } from './model-file.ts';
import { createFileProgram, within } from './program.ts';
import { emptyTask, parseTaskFile, type TaskFile } from './task-file.ts';

export interface MjcfOptions {
  /** Path of the model. */
  readonly mjcf: string;
  /**
   * Folder that nothing is read outside of. Without: the current directory when the model lies in it,
   * else the model's folder.
   */
  readonly mjcfRoot?: string;
  /** Actuators for the joints of a model that has none, such as a URDF. */
  readonly actuate?: Actuation;
  /** Path of a task file (.json, or .ts/.js with a default export), or the task itself; without: no reward. */
  readonly task?: string | TaskFile;
}

async function readTask(task: MjcfOptions['task']): Promise<TaskFile> {
  if (task === undefined) return emptyTask;
  if (typeof task !== 'string') return parseTaskFile(task);
  if (isModule(task)) return parseTaskFile(await ofTask(task, importModule));
  const text = await readFile(task, 'utf8').catch(() => {
    throw new RangeError(`task: file "${task}" cannot be read, allowed a .json, .ts or .js file`);
  });
  try {
    return parseTaskFile(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RangeError(`task: ${task}: ${error.message}`);
    throw error;
  }
}

/** @throws RangeError that names the task */
function ofTask<T>(task: string, read: (path: string) => Promise<T>): Promise<T> {
  return read(task).catch((error: Error) => {
    throw new RangeError(`task: ${task}: ${error.message}`);
  });
}

/** What a task is made of: the file, and the user's files that it imports. */
async function filesOfTask(task: MjcfOptions['task']): Promise<string[]> {
  if (typeof task !== 'string') return [];
  return isModule(task) ? ofTask(task, filesOfModule) : [resolve(task)];
}

function styleOf(task: TaskFile): SceneStyle {
  return {
    title: task.title,
    cameras: task.cameras,
    light: 'studio',
    agentBody: task.agentBody ?? '',
    roles: task.roles,
  };
}

/** Controls from the task file, or keys for the first axes. */
function controlsOf(task: TaskFile, physics: Physics): AxisControl[] {
  const range = physics.model('actuator_ctrlrange');
  const names = controlNames(physics);
  const rate = (axis: number) =>
    8 * (Math.max(Math.abs(range[axis * 2]!), Math.abs(range[axis * 2 + 1]!)) || 1);
  if (task.controls.length === 0)
    return motorControls(names).map((c) => ({ ...c, attack: rate(c.axis), release: rate(c.axis) }));
  return task.controls.map(({ actuator, positiveKeys, negativeKeys }, i) => {
    const axis = within(`controls[${i}].actuator`, () => controlIndex(physics, actuator));
    const speed = rate(axis);
    return {
      axis,
      name: actuator,
      positiveKeys,
      negativeKeys,
      attack: speed,
      release: speed,
      rest: 0,
    };
  });
}

/**
 * An environment from a model of yours: MJCF or URDF by path, task by file. MuJoCo finds includes,
 * meshes and textures by its own rules, and nothing outside `mjcfRoot` is read.
 * @throws MjcfError with file and line for the model, RangeError with the field for options and task.
 */
export async function createMjcfEnvironment(options: MjcfOptions): Promise<RoboticsEnvironment> {
  const { actuate } = options;
  const model = { ...(await findModel(options.mjcf, options.mjcfRoot)), actuate };
  const task = await readTask(options.task);
  try {
    return await build(model, task);
  } catch (error) {
    throw error instanceof MjcfError ? await explain(error, model) : error;
  }
}

async function build(model: ModelFile, task: TaskFile): Promise<RoboticsEnvironment> {
  const env = await createMujocoEnvironment({
    id: 'mjcf',
    model,
    frameSkip: task.frameSkip,
    horizon: task.horizon,
    style: styleOf(task),
    createProgram: (physics, dt) => createFileProgram(task, physics, dt),
  });
  try {
    const { low, high } = env.actionSpace;
    const safeAction = Array.from(low, (l, i) => Math.min(high[i]!, Math.max(l, 0)));
    const { title, horizon, description, better } = task;
    const info = {
      title,
      horizon,
      safeAction,
      ...(description === undefined ? {} : { description }),
      ...(better === undefined ? {} : { better }),
    };
    const hold = createHold(env.physics, env.actionSpace);
    const controls = controlsOf(task, env.physics).map((c) => ({
      ...c,
      rest: safeAction[c.axis]!,
      ...(hold.isServo(c.axis) ? { holds: true, attack: (high[c.axis]! - low[c.axis]!) / 4 } : {}),
    }));
    return Object.assign(env, { controls, info, writeHoldAction: hold.write });
  } catch (error) {
    env.close();
    throw error;
  }
}

const schema = config({
  mjcf: required(text('the path of an MJCF or URDF file'), 'The model.'),
  mjcfRoot: optional(
    text('the path of a folder'),
    'Folder that nothing is read outside of; absent: the current one when the model lies in it, else the model’s.',
  ),
  actuate: optional(
    choice(actuations),
    'Actuators for hinges and slides of a model that has none.',
  ),
  task: optional(
    text('the path of a task file'),
    'What the model is to do (JSON or TypeScript); absent: no reward.',
  ),
});

/** The registry's entry for models brought along. Rates and controls are the model's own. */
export const mjcfFactory: EnvironmentFactory = {
  id: 'mjcf',
  title: 'Your own model',
  description:
    'A model of your own, MJCF or URDF. Its task file can say here what it is to do (`description`).',
  better:
    'What you want to see more of. The task file can say it here (`better`), so that all who judge mean the same.',
  family: 'robotics',
  controlHz: 50,
  horizon: emptyTask.horizon,
  controls: [],
  safeAction: [],
  trainSeeds: { start: 0, count: 1_000_000 },
  evalSeeds: { start: 1_000_000, count: 1000 },
  licence: "the model's own",
  options: schema,
  create: async (given) => createMjcfEnvironment(readOptions(schema, given)),
  pathOptions: ['mjcf', 'mjcfRoot', 'task'],
  async files(given) {
    const { mjcf, mjcfRoot, actuate, task } = readOptions(schema, given);
    const model = { ...(await findModel(mjcf, mjcfRoot)), actuate };
    return [...(await filesOf(model)), ...(await filesOfTask(task))];
  },
};
