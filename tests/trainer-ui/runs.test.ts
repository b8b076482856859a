import { expect, it } from 'vitest';
import {
  differences,
  goOnCommand,
  merged,
  newRunCommand,
  standing,
  withGrowth,
} from '../../trainer-ui/runs/run-words.ts';

const point = (environmentSteps: number, values: Record<string, number>) => ({
  ...{ time: environmentSteps, learnerUpdates: 0 },
  ...{ environmentSteps, values },
});

it('[UI-52] only settings in which runs differ are told, nested ones by their path', () => {
  const run = { environmentId: 'reacher', preset: 'pebble', seed: 1 };
  const one = {
    ...run,
    identity: { options: { rays: 0 }, overrides: { learner: { gamma: 0.9 } } },
  };
  const other = { ...run, seed: 2, identity: { options: { rays: 0 }, overrides: {} } };
  expect(differences([one, other])).toEqual([
    { setting: 'learner.gamma', values: ['0.9', ''] },
    { setting: 'seed', values: ['1', '2'] },
  ]);
  expect(differences([one, one])).toEqual([]);
});

it('[UI-52] a form becomes the command, as a shell takes it', () => {
  const chosen = {
    ...{ kind: 'train' as const, environment: 'driving', preset: 'reins', seed: '3' },
    ...{ teacher: '', steps: '', labels: '' },
  } as const;
  const changes = { 'options.map': "it's S", 'learner.gamma': '0.98', 'reward.members': ' ' };
  expect(newRunCommand({ ...chosen, changes })).toBe(
    `reins train --env driving --preset reins --seed 3 --option 'map=it'\\''s S' --set learner.gamma=0.98`,
  );
  expect(goOnCommand({ id: 'run-1' })).toBe('reins serve --run run-1');
  expect(goOnCommand({ id: 'run-1', folder: 'my runs' })).toBe(
    "reins serve --run run-1 --data 'my runs'",
  );
});

it('[UI-52] a run goes on while its steps grow', () => {
  const run = (id: string, steps: number) => ({
    ...{ id, key: id, environmentId: 'reacher', preset: 'pebble', seed: 1, createdAt: 0 },
    ...{ isServed: false, answers: 0, last: point(steps, {}) },
  });
  const first = withGrowth([run('a', 10), run('b', 10)], undefined, 1000);
  expect(first.map((each) => standing(each, 100_000))).toEqual(['at rest', 'at rest']);
  const second = withGrowth([run('a', 20), run('b', 10), run('c', 0)], first, 100_000);
  expect(second.map((each) => standing(each, 110_000))).toEqual([
    'going on',
    'at rest',
    'going on',
  ]);
  expect(second.map((each) => standing(each, 120_000))).toEqual(['at rest', 'at rest', 'at rest']);
  const third = withGrowth([run('a', 20)], second, 110_000);
  expect(standing(third[0]!, 112_000)).toBe('going on');
  expect(standing({ isServed: true }, 0)).toBe('served here');
});

it('[UI-52] curves of several runs are over the same steps', () => {
  const both = merged([[point(10, { a: 1 }), point(30, { a: 3 })], [point(20, { a: 2 })]]);
  expect(both.map(({ environmentSteps, values }) => [environmentSteps, values])).toEqual([
    [10, { '0:a': 1 }],
    [20, { '1:a': 2 }],
    [30, { '0:a': 3 }],
  ]);
});
