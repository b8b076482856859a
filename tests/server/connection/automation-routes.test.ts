/** What a model answered, told everywhere as a model's: over HTTP, by the command, in exports and evidence. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeEvidence } from '../../../cli/accountability/evidence.ts';
import { exportRun } from '../../../cli/export-run.ts';
import { workOf } from '../../../server/kpis/work.ts';
import type { AutomationReply } from '../../../server/protocol/index.ts';
import { summaryOf } from '../../../server/run/lineage.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { inProcess } from '../../cli/in-process.ts';
import { keptModel } from '../../contracts/models.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { openDoor } from './door.ts';

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-automation-'));
  storage = openStorage(join(folder, 'data'));
  await storage.createRun(RUN);
  await storage.appendFeedback(rewardFeedback('f1'));
  await storage.putLook(
    {
      ...{ id: 'l1', runId: RUN.id, at: 5, heldOut: 400, target: 0.95, rewardVersion: 7 },
      certificate: { hash: '', threshold: 0.9, labels: 200, right: 199, lower: 0.968 },
    },
    keptModel(7),
  );
  for (const [i, isAudit] of [false, false, true].entries())
    await storage.putAutomatic(
      {
        ...{ queryId: `q${i}`, runId: RUN.id, lookId: 'l1', choice: 'b', confidence: 0.97 },
        ...{ isAudit, at: i },
      },
      {
        ...{ id: `q${i}`, runId: RUN.id, kind: 'compare', strategy: 'uniform', score: 0 },
        ...{ policyVersion: 1, createdAt: 1, expiresAt: 2 },
        segments: [0, 2].map((from) => ({ episodeId: 'e1', from, to: from + 2 })),
      },
    );
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

test('[AUTO-5] the API says what holds and what is missing, and every answer that it is a model’s', async () => {
  const rules = { target: 0.95, audit: 0.05 };
  const door = await openDoor({ storage, run: { automation: rules } });
  try {
    const get = async (path: string) => (await fetch(`${door.url}${path}`)).json();
    expect((await get('/api/automation')) as AutomationReply).toEqual({
      ...{ isOn: true, target: 0.95, audit: 0.05, labels: 0, next: 800, missing: 800 },
      ...{ looks: 1, answers: 2, withdrawn: null },
      certificate: {
        ...{ id: 'l1', at: 5, rewardVersion: 7, threshold: 0.9, labels: 200, lower: 0.968 },
        ...{ answers: 2, audits: { asked: 1, answered: 0, right: 0 } },
      },
    });
    const answers = (await get('/api/automation/answers')) as object[];
    expect(answers).toHaveLength(3);
    expect(answers[0]).toEqual({
      ...{ queryId: 'q0', runId: RUN.id, lookId: 'l1', teacherKind: 'model' },
      ...{ choice: 'b', confidence: 0.97, isAudit: false, at: 0 },
    });
  } finally {
    await door.close();
  }
});

test('[AUTO-5] the command says it in words, of a server that runs or of none', async () => {
  const { code, text } = await inProcess('automation', '--data', join(folder, 'data'));
  expect(code).toBe(0);
  expect(text).toContain(
    'Reward model 7 may answer, once it is switched on, comparisons of which it is sure by 0.900 or more: at least 97 % right on 200 held-out answers of people (asked for: 95 %). Of 0 that people were asked nevertheless, 0 were answered the same. 2 questions were answered by a model.',
  );
  await storage.withdrawCertificate('l1', 'audit', 9);
  const later = await inProcess('automation', '--json', '--data', join(folder, 'data'));
  expect(JSON.parse(later.text)).toMatchObject({
    ...{ run: RUN.id, certificate: null, withdrawn: { id: 'l1', at: 9, why: 'audit' } },
    ...{ next: 800, missing: 800 },
  });
});

test('[AUTO-4] no list of people’s answers, no key figure and no lineage has one of a model', async () => {
  const work = await workOf(storage, RUN.id);
  expect(work.said.map(({ id }) => id)).toEqual(['f1']);
  expect(work.quality.answers).toBe(0);
  expect((await summaryOf(storage, RUN.id)).accepted).toBe(1);
  const out = join(folder, 'out');
  await exportRun(storage, RUN, { out });
  const lines = (name: string) =>
    readFileSync(join(out, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  expect(lines('feedback.jsonl').map(({ id }) => id)).toEqual(['f1']);
  const [look] = await storage.listLooks(RUN.id);
  expect(lines('automatic.jsonl')[0]).toEqual({
    ...{ teacherKind: 'model', queryId: 'q0', runId: RUN.id, lookId: 'l1', choice: 'b' },
    ...{ confidence: 0.97, isAudit: false, at: 0, rewardVersion: 7 },
    model: look!.certificate!.hash,
    segments: [0, 2].map((from) => ({ episodeId: 'e1', from, to: from + 2 })),
  });
  const evidence = join(folder, 'evidence');
  const data = join(folder, 'data');
  await writeEvidence({ storage, data, out: evidence, version: '0', now: 1 });
  const file = join(evidence, 'runs', RUN.id, 'automation.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    looks: [{ id: 'l1', certificate: { labels: 200 } }],
    answers: [{ queryId: 'q0' }, { queryId: 'q1' }, { queryId: 'q2' }],
    audits: [{ queryId: 'q2', verdict: null }],
  });
});
