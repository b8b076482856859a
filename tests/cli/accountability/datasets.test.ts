/** `reins datasets` on a folder: a version is made, exported twice to the same bytes, and told once it is not whole. */
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DatasetReply } from '../../../server/protocol/index.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { answer, campaign, query, TEXT } from '../../contracts/campaigns.ts';
import { RUN } from '../../contracts/storage.ts';
import { inProcess } from '../in-process.ts';

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-datasets-'));
  const storage = openStorage(folder);
  await storage.createRun(RUN);
  await storage.createCampaign(campaign('c1'), TEXT);
  await storage.startCampaign('c1', 'grace', 2);
  await storage.putQueries([query('q1', 'c1'), query('q2', 'c1')]);
  for (const [i, id] of ['q1', 'q2'].entries()) await answer(storage, `f${i}`, id, i);
  await storage.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const datasets = (...args: string[]) => inProcess('datasets', ...args, '--data', folder);

test('[DATA-4] made, listed, exported with datasheet and hashes, the same bytes twice, verified', async () => {
  expect((await datasets()).text).toContain('there is no dataset yet');
  const made = await datasets('make', 'c1', '--json');
  expect(made.code, made.err).toBe(0);
  const { id, sheet } = JSON.parse(made.text) as DatasetReply;
  expect(sheet).toMatchObject({ answers: 2, questions: 2 });
  expect((await datasets()).text).toMatch(/version 1: 2 answers by one person/);
  const again = await datasets('make', 'c1');
  expect([again.code, again.err]).toEqual([2, expect.stringMatching(/nothing is new since/)]);
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  for (const out of [one, other]) {
    const { code, err } = await datasets('export', id, '--out', out);
    expect(code, err).toBe(0);
  }
  for (const name of ['answers.jsonl', 'datasheet.json', 'README.md', 'SHA256SUMS'])
    expect(readFileSync(join(one, name))).toEqual(readFileSync(join(other, name)));
  const sums = readFileSync(join(one, 'SHA256SUMS'), 'utf8').trim().split('\n');
  for (const line of sums) {
    const [sum, name] = line.split('  ') as [string, string];
    expect([name, hash('sha256', readFileSync(join(one, name)), 'hex')]).toEqual([name, sum]);
  }
  expect(sums.length).toBeGreaterThanOrEqual(3);
  expect(readFileSync(join(one, 'README.md'), 'utf8')).toMatch(/\| ada \| 2 \| 0 of 0 \| – \|/);
  const lines = readFileSync(join(one, 'answers.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['f0', 'f1']);
  expect((await datasets('verify')).text).toBe(`${id} is whole\n`);
});

test('[DATA-3] of a dataset with erased answers nothing is exported, and verify fails', async () => {
  const made = JSON.parse((await datasets('make', 'c1', '--json')).text) as DatasetReply;
  const storage = openStorage(folder);
  const asked = { id: 'x1', subject: 'ada', withAnswers: true, requestedBy: 'o', requestedAt: 1 };
  await storage.putErasure({
    ...asked,
    approvedBy: 'o',
    approvedAt: 1,
    doneAt: null,
    result: null,
  });
  await storage.erase('x1', 5);
  await storage.close();
  const refused = await datasets('export', made.id);
  expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/2 answers are gone/)]);
  const verified = await datasets('verify');
  process.exitCode = undefined;
  expect([verified.code, verified.text]).toEqual([1, expect.stringMatching(/2 answers are gone/)]);
});
