import type { EnvironmentFactory, EnvironmentOptions } from '../contract.ts';
import {
  createPegExpert,
  createPickExpert,
  createPushExpert,
  createReachExpert,
} from './arm/experts.ts';
import { fetchTasks } from './arm/fetch.ts';
import { pegEntry } from './arm/peg.ts';
import { createSlideExpert } from './arm/slide-expert.ts';
import { createMujocoEnvironment } from './environment.ts';
import { locomotionTasks } from './locomotion.ts';
import { mjcfFactory } from './mjcf/environment.ts';
import { refuseUnknown } from './options.ts';
import { reacherTask } from './reacher.ts';
import type { TaskEntry } from './task.ts';

function factory({ task, options: known = [], ...info }: TaskEntry): EnvironmentFactory {
  return {
    ...info,
    family: 'robotics',
    licence: 'MIT (model by Reins)',
    create: async (options: EnvironmentOptions = {}) => {
      refuseUnknown(options, known);
      return createMujocoEnvironment(task(options));
    },
  };
}

const experts: Readonly<Record<string, NonNullable<TaskEntry['createExpert']>>> = {
  'fetch-reach': createReachExpert,
  'fetch-push': createPushExpert,
  'fetch-pick-place': createPickExpert,
  'fetch-slide': createSlideExpert,
  'arm-peg': createPegExpert,
};

function withExpert(entry: TaskEntry): TaskEntry {
  const createExpert = experts[entry.id];
  return createExpert ? { ...entry, createExpert } : entry;
}

export const roboticsEnvironments: readonly EnvironmentFactory[] = [
  ...[...locomotionTasks, reacherTask, ...fetchTasks.map(withExpert), withExpert(pegEntry)].map(
    factory,
  ),
  mjcfFactory,
];
