import { readOptions } from '../config.ts';
import type { EnvironmentFactory } from '../contract.ts';
import { createMujocoEnvironment } from './engine/environment.ts';
import type { TaskEntry } from './engine/task.ts';
import { mjcfFactory } from './mjcf/environment.ts';
import {
  createPegExpert,
  createPickExpert,
  createPushExpert,
  createReachExpert,
} from './tasks/arm/experts.ts';
import { fetchTasks } from './tasks/arm/fetch.ts';
import { pegEntry } from './tasks/arm/peg.ts';
import { createSlideExpert } from './tasks/arm/slide-expert.ts';
import { locomotionTasks } from './tasks/locomotion.ts';
import { reacherTask } from './tasks/reacher.ts';

function factory({ task, ...info }: TaskEntry): EnvironmentFactory {
  return {
    ...info,
    family: 'robotics',
    licence: 'MIT (model by Reins)',
    create: async (given) => createMujocoEnvironment(task(readOptions(info.options, given))),
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
