/** `reins promote` on a run that was taught: from its checkpoint to a policy that other commands take. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPolicyFile } from '../../../experiments/policy-file.ts';
import { People } from '../../../server/people/people.ts';
import type { ModelReply } from '../../../server/protocol/index.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { gate, keptModel } from '../../contracts/models.ts';
import { RUN } from '../../contracts/storage.ts';
import { root } from '../../setup/sources.ts';
import { inProcess } from '../in-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-promote-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const promote = (...args: string[]) => inProcess('promote', ...args, '--data', folder);

test('[PROMO-5] what a run’s checkpoint has learned is judged, kept, and refused where its labels do not show enough', async () => {
  const archive = join(root, 'tests/fixtures/run-of-8b405bc.tar.gz');
  const unpacked = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' });
  expect(unpacked.status, unpacked.stderr).toBe(0);
  const proposed = await promote('propose', '--json');
  expect(proposed.code, proposed.err).toBe(0);
  const model = JSON.parse(proposed.text) as ModelReply;
  expect(model).toMatchObject({ state: 'waiting', proposedBy: 'command' });
  // Its answers are ratings and takeovers: none of them compares clips.
  expect(model.gate).toMatchObject({ passes: false, labels: 0, accuracy: null });
  expect((await promote('list')).text).toContain(model.id);
  const refused = await promote('approve', model.id);
  expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/does not pass the gate/)]);
  const out = join(folder, 'kept.policy');
  expect((await promote('export', model.id, '--out', out)).code).toBe(0);
  const file = readPolicyFile(out);
  expect(file.snapshot.version).toBe(model.policyVersion);
  expect(file.meta).toMatchObject({ model: model.id });
  expect((await promote('withdraw', model.id)).text).toBe(`${model.id} is withdrawn\n`);
  expect((await promote('list')).text).toContain('no model was proposed yet');
});

test('[PROMO-5] approved by one, exported, rolled back by another; names are asked for where there are accounts', async () => {
  const storage = openStorage(folder);
  await storage.createRun(RUN);
  const people = await People.open(storage);
  for (const name of ['Grace', 'Edith'])
    await people.accept(await people.invite('supervisor', 'test', 0), name, 'long enough', 0);
  const grace = people.accounts.find(({ name }) => name === 'Grace')!;
  await storage.putModel(
    {
      ...{ id: 'model-1', runId: RUN.id, gate: gate(null), figures: {} },
      ...{ proposedBy: grace.id, proposedAt: 1 },
    },
    keptModel(3),
  );
  await storage.close();
  const nobody = await promote('approve', 'model-1');
  expect([nobody.code, nobody.err]).toEqual([
    2,
    expect.stringMatching(/by: is not given.*Grace, Edith/),
  ]);
  const alone = await promote('approve', 'model-1', '--by', 'Grace');
  expect([alone.code, alone.err]).toEqual([2, expect.stringMatching(/another supervisor/)]);
  const none = await promote('export', '--out', join(folder, 'x'));
  expect([none.code, none.err]).toEqual([2, expect.stringMatching(/none is promoted yet/)]);
  expect((await promote('approve', 'model-1', '--by', 'edith')).text).toBe('model-1 is promoted\n');
  const out = join(folder, 'promoted.policy');
  expect((await promote('export', '--out', out)).text).toContain('policy 3 of model-1');
  expect(readPolicyFile(out).snapshot).toEqual(keptModel(3).policy);
  const lineage = await inProcess('lineage', '--data', folder);
  expect(lineage.text).toContain('policy 3 is promoted, as model-1');
  const back = await promote('rollback', '--by', 'Grace');
  expect(back.text).toBe('model-1 is rolled back; no model is promoted now\n');
  const again = await promote('rollback', 'model-1', '--by', 'Grace');
  expect([again.code, again.err]).toEqual([2, expect.stringMatching(/not the promoted one/)]);
});
