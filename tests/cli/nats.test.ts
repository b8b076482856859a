/** Where keys for a broker are given. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../e2e/helpers.ts';
import { inProcess } from './in-process.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

it('[NATS-11] a file that is no key, or a key beside credentials, is named with the way out', async () => {
  const act = (...more: string[]) =>
    inProcess('actor', '--nats', 'nats://127.0.0.1:1', '--run', 'run-1', ...more);
  const file = join(folder.path, 'public.nk');
  writeFileSync(file, `U${'A'.repeat(55)}\n`);
  const [none, missing, both] = [
    await act('--nats-nkey', file),
    await act('--nats-nkey', join(folder.path, 'none')),
    await act('--nats-nkey', file, '--nats-creds', file),
  ];
  expect([none.code, missing.code, both.code]).toEqual([2, 2, 2]);
  expect(none.err).toMatch(/^error: nats-nkey: .*public\.nk has no line .*reins nats-keys\n$/);
  expect(missing.err).toMatch(/^error: nats-nkey: ENOENT.*\n$/);
  expect(both.err).toMatch(/^error: nats-creds: .*allowed one of the two\n$/);
});

it('[NATS-11] a key that is damaged is not written over', async () => {
  writeFileSync(join(folder.path, 'actor.nk'), 'SUnot\n');
  const { code, err } = await inProcess('nats-keys', '--out', folder.path);
  expect(code).toBe(2);
  expect(err).toMatch(/^error: out: .*actor\.nk is no key .*delete it.*\n$/);
});
