import { expect, test } from 'vitest';
import { keySections } from '../../trainer-ui/core/bindings.ts';
import { deadKeyWords } from '../../trainer-ui/core/dead-key-words.ts';
import type { Status } from '../../trainer-ui/core/store.ts';
import { haltWords } from '../../trainer-ui/live/halt-words.ts';

const status = (fields: Partial<Status>) =>
  ({ state: 'running', controller: 'policy', request: 'none', ...fields }) as Status;
const says = (fields: Partial<Status>) => haltWords(status(fields), 'me');

test('[UI-36] what waits for a person says who halted it and which key goes on', () => {
  expect(says({ state: 'paused', haltedBy: 'me' })).toBe(
    'Paused by you. Space goes on, . takes one step.',
  );
  expect(says({ state: 'stopped', controller: 'safe', haltedBy: 'ada' })).toBe(
    'Stopped by ada. Space goes on.',
  );
  expect(says({ state: 'paused', haltedBy: null })).toBe(
    'Paused. Space goes on, . takes one step.',
  );
  expect(says({})).toBeUndefined();
  expect(haltWords(undefined, 'me')).toBeUndefined();
});

test('[UI-36] an agent that brakes while it asks is not halted', () => {
  expect(says({ controller: 'safe', request: 'take-over' })).toBeUndefined();
});

test('[UI-37] a key that does nothing on a screen is answered by the keys that do', () => {
  const axis = { axis: 0, name: 'hip', attack: 1, release: 1, rest: 0 };
  const controls = [{ ...axis, positiveKeys: ['KeyR'], negativeKeys: ['ArrowDown'] }];
  const listed = keySections(controls, true).flatMap(({ rows }) => rows.flatMap(([keys]) => keys));
  for (const screen of ['live', 'compare', 'episodes', 'learning'] as const) {
    const words = deadKeyWords('x', screen, controls);
    expect(words).toMatch(/^X does nothing here\. /);
    const named = words.match(/[↑↓←→]|\b[A-Z]\b|\bSpace\b|\bEsc\b/g)!.slice(1);
    expect(named.length).toBeGreaterThan(0);
    for (const key of named) expect(listed).toContain(key);
  }
});
