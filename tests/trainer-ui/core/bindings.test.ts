import { expect, test } from 'vitest';
import {
  actionOf,
  type Binding,
  CLIPS,
  COMPARE,
  type KeyRow,
  keySections,
  LIVE,
  nextOwnCamera,
  OVERLAYS,
  PAGE,
  type Press,
  rewardOf,
  SCORE,
  takeOverKeys,
  withKey,
} from '../../../trainer-ui/core/bindings.ts';

test.each([
  ['the + key of a German keyboard', { key: '+', code: 'BracketRight', shiftKey: false }, 1],
  ['it with Shift', { key: '*', code: 'BracketRight', shiftKey: true }, 0.5],
  ['the = key of an American keyboard', { key: '=', code: 'Equal', shiftKey: false }, 1],
  ['it with Shift', { key: '+', code: 'Equal', shiftKey: true }, 0.5],
  ['the + of the number block', { key: '+', code: 'NumpadAdd', shiftKey: false }, 1],
  ['it with Shift', { key: '+', code: 'NumpadAdd', shiftKey: true }, 0.5],
  ['−', { key: '-', code: 'Minus', shiftKey: false }, -1],
  ['− with Shift', { key: '_', code: 'Minus', shiftKey: true }, -0.5],
  ['− of the number block with Shift', { key: '-', code: 'NumpadSubtract', shiftKey: true }, -0.5],
  ['Shift and 8', { key: '*', code: 'Digit8', shiftKey: true }, undefined],
  ['* of the number block', { key: '*', code: 'NumpadMultiply', shiftKey: false }, undefined],
  ['a letter', { key: 'a', code: 'KeyA', shiftKey: true }, undefined],
])('[UI-23] a reward key counts 1, with Shift half: %s', (_what, event, value) => {
  expect(rewardOf(event)).toBe(value);
});

const press = (key: string, code = key): Press => ({ key, code, shiftKey: false });
const isExtend = (key: string) => (CLIPS.extend.keys as readonly string[]).includes(key);
const VIEWS: Readonly<Record<string, Readonly<Record<string, Binding>>>> = {
  live: { ...LIVE, ...OVERLAYS, ...PAGE },
  compare: { ...COMPARE, ...CLIPS, ...PAGE },
  score: { ...SCORE, ...CLIPS, ...PAGE },
};

test.each(Object.entries(VIEWS))(
  '[UI-24] %s: a key means one thing, and not a reward',
  (name, view) => {
    const keys = Object.values(view).flatMap((binding) => [...binding.keys]);
    expect(new Set(keys).size).toBe(keys.length);
    // Rewards are given under Live; elsewhere their keys may mean something of the clips.
    const rewarding = name === 'live' ? keys : keys.filter((key) => !isExtend(key));
    for (const key of rewarding) expect(rewardOf(press(key))).toBeUndefined();
  },
);

test('[UI-24] keys are found by what they print or where they are', () => {
  expect(actionOf(LIVE, press('r', 'KeyP'))).toBe('rewind');
  expect(actionOf(LIVE, press(' ', 'Space'))).toBe('pause');
  expect(actionOf(LIVE, press('p', 'KeyR'))).toBeUndefined();
  expect(actionOf(COMPARE, press('o', 'KeyS'))).toBe('skip');
  expect(actionOf(SCORE, press('Enter', 'NumpadEnter'))).toBe('send');
});

test('[UI-24] the list of keys has every binding, as printed, without the keys that drive', () => {
  const axis = { axis: 0, name: 'hip', attack: 1, release: 1, rest: 0 };
  const controls = [{ ...axis, positiveKeys: ['KeyR'], negativeKeys: ['ArrowDown'] }];
  const [drive, live, compare] = keySections(controls, true);
  expect(drive?.rows).toEqual([[['R', '↓'], 'hip: more, less, while held']]);
  const listed = (rows: readonly KeyRow[] | undefined) => rows?.map(([, what]) => what) ?? [];
  for (const { what } of Object.values(VIEWS['live']!)) expect(listed(live?.rows)).toContain(what);
  for (const { what } of Object.values({ ...COMPARE, ...SCORE, ...CLIPS }))
    expect(listed(compare?.rows)).toContain(what);
  const rewind = live?.rows.find(([, what]) => what === LIVE.rewind.what);
  expect(rewind?.[0]).toEqual(['Backspace']); // R drives
  expect(withKey('Stop', LIVE.estop)).toBe('Stop (Esc)');
  expect(takeOverKeys(controls)).toEqual(['R', '↓']);
});

test('[ROBOT-37] a key goes through the cameras that a model brings along, round and round', () => {
  const ids = ['orbit', 'top', 'eye', 'hand'];
  expect(nextOwnCamera(ids, 'orbit')).toBe('eye');
  expect(nextOwnCamera(ids, 'eye')).toBe('hand');
  expect(nextOwnCamera(ids, 'hand')).toBe('eye');
  expect(nextOwnCamera(['orbit', 'top'], 'top')).toBe('top');
});
