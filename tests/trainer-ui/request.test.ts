import { expect, it } from 'vitest';
import type { Status, Welcome } from '../../trainer-ui/core/store.ts';
import { asks, isHalted, requestOf } from '../../trainer-ui/live/request.ts';

const status: Status = {
  type: 'status',
  state: 'running',
  speed: 1,
  sceneId: 1,
  episodeId: 'e1',
  episodeNumber: 1,
  seed: 1,
  controller: 'policy',
  request: 'take-over',
  holder: null,
  releaseTo: 'policy',
  policyVersion: 1,
  environmentSteps: 0,
  learnerUpdates: 0,
  labels: 0,
  humanSteps: 0,
  viewers: 1,
  droppedFrames: 0,
  learner: 'learning',
  openQueries: 0,
};
const welcome = { sessionId: 's1' } as Welcome;
const shown = (changes: Partial<Status>, driving = false) =>
  requestOf({ welcome, status: { ...status, ...changes }, driving }, 'ada');

it('[UI-20] a call for help is shown to everybody until somebody drives, or nobody can', () => {
  expect(shown({})).toBe('take-over');
  expect(shown({ controller: 'safe', releaseTo: 'brake' })).toBe('take-over');
  expect(shown({}, true)).toBe('none');
  expect(shown({ controller: 'human', holder: 'bob' })).toBe('none');
  expect(shown({ state: 'stopped' })).toBe('none');
});

it('[UI-20] only who drives is told that they may let go', () => {
  const agreed = { request: 'hand-back', controller: 'human' } as const;
  expect(shown({ ...agreed, holder: 'ada' }, true)).toBe('hand-back');
  expect(shown({ ...agreed, holder: 'bob' })).toBe('none');
  expect(shown({ ...agreed, holder: 'ada', holderSession: 's1' }, true)).toBe('hand-back');
  // Another tab of the same person drives.
  expect(shown({ ...agreed, holder: 'ada', holderSession: 's2' })).toBe('none');
  expect(shown({ ...agreed, controller: 'policy' })).toBe('none');
});

it('[UI-20] nothing is shown before the first status, nor of a server that knows no requests', () => {
  expect(requestOf({ welcome, status: undefined, driving: false }, 'ada')).toBe('none');
  const { request: _, ...older } = status;
  expect(requestOf({ welcome, status: older, driving: false }, 'ada')).toBe('none');
});

it('[UI-20] Space goes on where the world stands; a robot that brakes while it asks can be paused', () => {
  expect(isHalted(undefined)).toBe(false);
  expect(isHalted({ ...status, request: 'none' })).toBe(false);
  expect(isHalted({ ...status, request: 'none', state: 'paused' })).toBe(true);
  expect(isHalted({ ...status, request: 'none', controller: 'safe' })).toBe(true);
  expect(isHalted({ ...status, controller: 'safe', releaseTo: 'brake' })).toBe(false);
});

it('[UI-90] what waits for leave is asked of everybody, whoever is there', () => {
  const ask = { id: 1, kind: 'approval', fallback: 'brakes', secondsLeft: 8 } as const;
  expect(shown({ ask, request: 'none' })).toBe('approval');
  expect(asks({ ...status, ask, request: 'none' })).toBe(true);
  expect(isHalted({ ...status, ask, request: 'none' })).toBe(false);
});
