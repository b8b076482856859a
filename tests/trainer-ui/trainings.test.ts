import { expect, test } from 'vitest';
import { newRunCommand, titleOf } from '../../trainer-ui/runs/run-words.ts';
import { longer, stateWords, wantedOf } from '../../trainer-ui/runs/training-words.ts';

const chosen = {
  kind: 'train' as const,
  ...{ environment: 'reacher', preset: 'rlpd', seed: '', teacher: '', steps: '', labels: '' },
  changes: { 'learner.gamma': '0.9', 'options.rays': ' ' },
};

test('[UI-67] what a form leaves empty is as usual; the command says only what is chosen', () => {
  expect(wantedOf(chosen)).toEqual({
    ...{ environment: 'reacher', preset: 'rlpd', teacher: 'override' },
    ...{ steps: 6000, labels: 100, seed: 1, settings: { 'learner.gamma': '0.9' } },
  });
  const more = { ...chosen, teacher: 'none', steps: '500', labels: '0', seed: '7' };
  expect(wantedOf(more)).toMatchObject({ teacher: 'none', steps: 500, labels: 0, seed: 7 });
  expect(newRunCommand(chosen)).toBe(
    'reins train --env reacher --preset rlpd --set learner.gamma=0.9',
  );
  expect(newRunCommand(more)).toBe(
    'reins train --env reacher --preset rlpd --teacher none --steps 500 --labels 0 --seed 7 --set learner.gamma=0.9',
  );
  expect(newRunCommand({ ...more, kind: 'serve' })).toBe(
    'reins serve --env reacher --preset rlpd --seed 7 --set learner.gamma=0.9',
  );
});

test('[UI-67] how a training stands is said in words; a branch goes as far again', () => {
  expect(stateWords('running', 0, 6000)).toBe('running, no figures yet');
  expect(stateWords('running', 1200, 6000)).toBe('1,200 of 6,000 steps');
  expect(stateWords('stopped', 1200, 6000)).toBe('stopped, saved: 1,200 of 6,000 steps');
  expect(stateWords('done', 5900, 6000)).toBe('done: 6,000 steps');
  expect(longer({ steps: 6000, labels: 100 })).toEqual({ steps: 12_000, labels: 200 });
});

test('[UI-67] trainings of one id are told apart by their folders', () => {
  expect(titleOf({ id: 'train-reacher-rlpd-1', key: 't-0123abcd.train-reacher-rlpd-1' })).toBe(
    'train-reacher-rlpd-1, t-0123abcd',
  );
  expect(titleOf({ id: 'run-1', key: 'run-1' })).toBe('run-1');
  expect(titleOf({ id: 'run-1', key: 'w0.run-1', name: 'mine' })).toBe('mine');
});
