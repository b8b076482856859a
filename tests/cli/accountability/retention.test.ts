/** `reins retention` on a folder: rules, what would go and why, and the sweep. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeDue, sweepDaily } from '../../../server/people/removals.ts';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { lockFolder } from '../../../server/storage/lock.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { inProcess } from '../in-process.ts';

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-retention-'));
  await inFolder(async (storage) => {
    await storage.createRun(RUN);
    await storage.appendFeedback(rewardFeedback('f1'));
    await storage.appendFeedback({ ...rewardFeedback('f2'), receivedAt: Date.now() });
    await storage.createInvite(
      { hash: 'i1', role: 'annotator', createdAt: 1, expiresAt: 2, usedBy: null },
      'o',
    );
  });
});
afterEach(() => {
  process.exitCode = 0;
  rmSync(folder, { recursive: true, force: true });
});

async function inFolder<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = openStorage(folder);
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

const retention = (...args: string[]) => inProcess('retention', ...args, '--data', folder);

test('[RET-5] a dry run lists what would go and what stays, with the reason, and changes nothing', async () => {
  expect((await retention('limit', 'answers', '0')).err).toMatch(
    /allowed whole numbers 1 to 36500/,
  );
  expect((await retention('limit', 'answers', '365')).code).toBe(0);
  await retention('limit', 'sign-ins', '365');
  await retention('hold', 'sign-ins', '--reason', 'case 12');
  const lock = lockFolder(folder); // a server works on it
  const { code, text } = await retention('sweep', '--dry-run', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(text).due).toMatchObject([
    { name: 'sign-ins', what: 'invitation', id: 'i1', heldBy: 'sign-ins are held' },
    { name: 'answers', what: 'answer', id: 'f1', teacherId: 'ada', heldBy: null },
  ]);
  const words = (await retention('sweep', '--dry-run')).text;
  expect(words).toMatch(/answer +f1 +ada +\d+ days old +goes/);
  expect(words).toMatch(/stays: sign-ins are held/);
  expect((await retention('sweep', '--yes')).err).toMatch(/in use by another server/);
  lock.release();
  expect((await retention('sweep')).err).toMatch(/1 records go for good with --yes/);
  expect(await inFolder((storage) => storage.hasFeedback('f1'))).toBe(true);
});

test('[RET-5] the sweep does it, and the list says what is held', async () => {
  await retention('limit', 'answers', '365');
  await retention('limit', 'sign-ins', '365');
  await retention('hold', 'sign-ins', '--reason', 'case 12');
  const { code, text } = await retention('sweep', '--yes', '--json');
  expect([code, JSON.parse(text).sweep.removed]).toEqual([0, { answers: 1 }]);
  expect(await inFolder((storage) => storage.hasFeedback('f1'))).toBe(false);
  expect(await inFolder((storage) => storage.hasFeedback('f2'))).toBe(true);
  expect((await retention()).text).toMatch(
    /sign-ins .*365 days; all held: case 12; 1 stay: sign-ins are held/,
  );
  await retention('release', 'sign-ins');
  expect(JSON.parse((await retention('list', '--json')).text).rules[0]).toMatchObject({
    ...{ name: 'sign-ins', days: 365, hold: null, due: 1, waiting: 0, held: [] },
  });
  expect((await retention('limit', 'answers', 'never')).text).toMatch(/without limit/);
  expect(verifyAudit(folder).isWhole).toBe(true);
});

test('[RET-4] a server sweeps when it starts, before it remembers anything, and then by itself', async () => {
  await inFolder(async (storage) => {
    for (const name of ['answers', 'sign-ins'] as const) await storage.limitRetention(name, 1, 'o');
    const log = { info: () => {}, warn: () => {} };
    const fail = (error: unknown) => {
      throw error;
    };
    await (await sweepDaily(storage, log, fail))();
    expect([await storage.findInvite('i1'), await storage.hasFeedback('f1')]).toEqual([
      undefined,
      true,
    ]);
    await removeDue(storage, log);
    expect(await storage.hasFeedback('f1')).toBe(false);
    expect((await storage.listSweeps(9)).map(({ actor }) => actor)).toEqual(['server', 'server']);
  });
});
