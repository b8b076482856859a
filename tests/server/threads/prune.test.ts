import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const { prune, touch } = (await import(
  new URL('../../../server/threads/prune.mjs', import.meta.url).href
)) as { prune(folder: string, mostBytes?: number): void; touch(path: string): void };

const HOUR = 3600;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-prune-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file of 100 bytes, last used that many hours ago. */
function compiled(name: string, hours: number): string {
  const path = join(folder, name);
  writeFileSync(path, 'x'.repeat(100));
  const at = Date.now() / 1000 - hours * HOUR;
  utimesSync(path, at, at);
  return path;
}

it('[MEM-8] compiled code that was used least recently goes, until the rest has room', () => {
  for (const hours of [5, 2, 4, 3]) compiled(`used-${hours}-hours-ago.mjs`, hours);
  prune(folder, 400);
  expect(readdirSync(folder)).toHaveLength(4);
  prune(folder, 399);
  expect(readdirSync(folder).sort()).toEqual(
    [2, 3, 4].map((hours) => `used-${hours}-hours-ago.mjs`),
  );
});

it('[MEM-8] what was used within the hour stays, however much it is', () => {
  compiled('old.mjs', 2);
  compiled('new.mjs', 0.5);
  touch(compiled('used-again.mjs', 9));
  prune(folder, 0);
  expect(readdirSync(folder).sort()).toEqual(['new.mjs', 'used-again.mjs']);
});

it('[MEM-8] a file that is not there to be touched is no failure', () => {
  expect(() => touch(join(folder, 'gone.mjs'))).not.toThrow();
});
