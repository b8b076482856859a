import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxisControl, EnvironmentFactory, EnvironmentOptions } from '../../contract.ts';
import { createMujocoEnvironment, type RoboticsEnvironment } from '../engine/environment.ts';
import { motorControls } from '../engine/fields.ts';
import { createHold } from '../engine/hold.ts';
import { MjcfError, type Physics } from '../engine/mujoco.ts';
import { refuseUnknown } from '../engine/options.ts';
import type { SceneStyle } from '../engine/task.ts';
import { type MjcfSource, readMjcf } from './files.ts';
import { createFileProgram } from './program.ts';
import { emptyTask, parseTaskFile, type TaskFile } from './task-file.ts';

export interface MjcfOptions {
  /** Path of the model. */
  readonly mjcf: string;
  /** Path of a task file (.json, or .ts/.js with a default export), or the task itself; without: no reward. */
  readonly task?: string | TaskFile;
}

async function readTask(task: MjcfOptions['task']): Promise<TaskFile> {
  if (task === undefined) return emptyTask;
  if (typeof task !== 'string') return parseTaskFile(task);
  if (/\.[cm]?[tj]s$/.test(task)) {
    const module: { default?: unknown } = await import(pathToFileURL(resolve(task)).href);
    return parseTaskFile(module.default);
  }
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

function styleOf(task: TaskFile): SceneStyle {
  return {
    title: task.title,
    cameras: task.cameras,
    light: 'studio',
    agentBody: task.agentBody ?? '',
    roles: task.roles,
  };
}

/** Controls from the task file, or keys for the first actuators. */
function controlsOf(task: TaskFile, physics: Physics): AxisControl[] {
  const range = physics.model('actuator_ctrlrange');
  const reach = (axis: number) =>
    Math.max(Math.abs(range[axis * 2]!), Math.abs(range[axis * 2 + 1]!)) || 1;
  if (task.controls.length === 0) {
    const names = Array.from({ length: physics.sizes.nu }, (_, i) => physics.name('actuator', i));
    return motorControls(names).map((c) => ({
      ...c,
      attack: 8 * reach(c.axis),
      release: 8 * reach(c.axis),
    }));
  }
  return task.controls.map(({ actuator, positiveKeys, negativeKeys }) => {
    const axis = physics.id('actuator', actuator);
    const rate = 8 * reach(axis);
    return {
      axis,
      name: actuator,
      positiveKeys,
      negativeKeys,
      attack: rate,
      release: rate,
      rest: 0,
    };
  });
}

/** MuJoCo's message with the file and line it came from. */
function placed(error: unknown, source: MjcfSource): unknown {
  if (!(error instanceof MjcfError) || error.line === 0) return error;
  return new MjcfError(`${source.locate(error.line)}: ${error.message}`, error.line);
}

/**
 * An environment from a model of yours: MJCF by path, task by file. Includes, meshes and textures
 * are read relative to the model and never from outside its folder.
 * @throws MjcfError with file and line for the model, RangeError with the field for the task.
 */
export async function createMjcfEnvironment(options: MjcfOptions): Promise<RoboticsEnvironment> {
  const [source, task] = [await readMjcf(options.mjcf), await readTask(options.task)];
  try {
    const env = await createMujocoEnvironment({
      id: 'mjcf',
      xml: source.xml,
      files: source.files,
      frameSkip: task.frameSkip,
      horizon: task.horizon,
      style: styleOf(task),
      createProgram: (physics, dt) => createFileProgram(task, physics, dt),
    });
    try {
      const { low, high } = env.actionSpace;
      const safeAction = Array.from(low, (l, i) => Math.min(high[i]!, Math.max(l, 0)));
      const info = { title: task.title, horizon: task.horizon, safeAction };
      const hold = createHold(env.physics, env.actionSpace);
      const controls = controlsOf(task, env.physics).map((c) => ({
        ...c,
        rest: safeAction[c.axis]!,
        ...(hold.isServo(c.axis)
          ? { holds: true, attack: (high[c.axis]! - low[c.axis]!) / 4 }
          : {}),
      }));
      return Object.assign(env, { controls, info, writeHoldAction: hold.write });
    } catch (error) {
      env.close();
      throw error;
    }
  } catch (error) {
    throw placed(error, source);
  }
}

function parseOptions(options: EnvironmentOptions): MjcfOptions {
  refuseUnknown(options, ['mjcf', 'task']);
  const { mjcf, task } = options;
  if (typeof mjcf !== 'string' || mjcf === '')
    throw new RangeError(`mjcf: is ${JSON.stringify(mjcf)}, allowed the path of an MJCF file`);
  if (task === undefined) return { mjcf };
  if (typeof task !== 'string')
    throw new RangeError(`task: is ${JSON.stringify(task)}, allowed the path of a task file`);
  return { mjcf, task };
}

/** The registry's entry for models brought along. Rates and controls are the model's own. */
export const mjcfFactory: EnvironmentFactory = {
  id: 'mjcf',
  title: 'Your own model',
  description: 'Any MJCF model with a task file. Options: mjcf (path), task (path).',
  family: 'robotics',
  controlHz: 50,
  horizon: emptyTask.horizon,
  controls: [],
  safeAction: [],
  trainSeeds: { start: 0, count: 1_000_000 },
  evalSeeds: { start: 1_000_000, count: 1000 },
  licence: "the model's own",
  create: async (options: EnvironmentOptions = {}) => createMjcfEnvironment(parseOptions(options)),
};
