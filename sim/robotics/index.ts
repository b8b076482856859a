import type { EnvironmentFactory, EnvironmentOptions } from '../contract.ts';
import { createMujocoEnvironment } from './environment.ts';
import { locomotionTasks } from './locomotion.ts';
import { reacherTask } from './reacher.ts';
import type { TaskEntry } from './task.ts';

function factory({ task, ...info }: TaskEntry): EnvironmentFactory {
  return {
    ...info,
    family: 'robotics',
    licence: 'MIT (model by Reins)',
    create: async (options: EnvironmentOptions = {}) => createMujocoEnvironment(task(options)),
  };
}

export const roboticsEnvironments: readonly EnvironmentFactory[] = [
  ...locomotionTasks,
  reacherTask,
].map(factory);
