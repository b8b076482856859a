/** A model that answers in people's place, against labels whose truth is known, on a real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Episode, Query } from '../../../agent/contract.ts';
import { nextLook } from '../../../agent/quality/automation.ts';
import type { HeldOutComparison } from '../../../agent/reward/published.ts';
import { stableShare } from '../../../server/actors/stable-share.ts';
import { automationWords } from '../../../server/protocol/index.ts';
import { Automation } from '../../../server/run/automation.ts';
import { automationReport } from '../../../server/run/automation-report.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';
import { keptModel } from '../../contracts/models.ts';
import { assignment, RUN } from '../../contracts/storage.ts';

const RULES = { target: 0.95, audit: 0.05 };
/** Held-out comparisons that the first look needs. */
const FIRST = nextLook([], RULES.target);

/** One step each of a, then of b: the better one has the larger observation. */
const episode: Episode = syntheticEpisode(syntheticSpec(1, 1), 2000, createRandom(1), { id: 'e' });

let folder = '';
let storage: Storage;
let raised: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-automation-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  raised = [];
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const observation = (step: number) => episode.observations[step]!;
const better = (a: number, b: number) => (observation(a) > observation(b) ? 'a' : 'b');

/** People who err in two of a thousand cases, about pairs drawn at random. */
function labels(n: number, teacherId = 'ada'): HeldOutComparison[] {
  const random = createRandom(2);
  return Array.from({ length: n }, (_, i) => {
    const [a, b] = [random.integer(episode.length), random.integer(episode.length)];
    const truth = better(a, b);
    const isSlip = random.next() < 0.002;
    return {
      ...{ feedbackId: `f${i}`, teacherId, fold: i % 3, split: 1 },
      choice: isSlip === (truth === 'a') ? 'b' : 'a',
      rows: Float32Array.of(observation(a), 0, observation(b), 0),
    };
  });
}

/** @param slope of the reward over the observation: large ones are sure, negative ones wrong */
function open(heldOut: readonly HeldOutComparison[], slope = 20, rules = RULES) {
  const { policy, reward } = keptModel(7, slope);
  return Automation.open({
    ...{ runId: RUN.id, environmentId: 'e', rules, storage },
    episodes: { find: async (id) => (id === 'e' ? episode : undefined) },
    alerts: { raise: ({ id }) => raised.push(id), clear: (id) => raised.push(`cleared ${id}`) },
    model: async () => ({ policy, reward, heldOut }),
    actionSpace: () => ({ size: 1, low: Float32Array.of(-1), high: Float32Array.of(1) }),
  });
}

/** About two steps that are far apart, where a model that knows anything is sure. */
function easy(i: number): Query {
  const random = createRandom(1000 + i);
  for (;;) {
    const [a, b] = [random.integer(episode.length), random.integer(episode.length)];
    if (Math.abs(observation(a) - observation(b)) < 1) continue;
    return {
      ...{ id: `q${i}`, runId: RUN.id, kind: 'compare', strategy: 'uniform', score: 0 },
      ...{ policyVersion: 1, createdAt: 0, expiresAt: Number.POSITIVE_INFINITY },
      segments: [a, b].map((from) => ({ episodeId: 'e', from, to: from + 1 })),
    };
  }
}

let token = 0;
/** Somebody says it, right or wrong. */
async function say(automation: Automation, query: Query, isRight: boolean): Promise<void> {
  const [a, b] = query.segments.map(({ from }) => from) as [number, number];
  const truth = better(a, b);
  const verdict = isRight ? truth : truth === 'a' ? 'b' : 'a';
  const row = { ...assignment(++token, query.id, 'ada'), endedAt: token, feedbackId: `s${token}` };
  await storage.putAssignments([{ ...row, state: 'answered', verdict }]);
  await automation.answered({ queryId: query.id });
}

const standing = async () => (await automationReport(storage, RUN.id, RULES)).certificate;

test('[AUTO-1] with too few held-out answers nothing is certified, and it is said how many are missing', async () => {
  const automation = await open(labels(FIRST - 1));
  await automation.hear(FIRST - 1);
  await automation.hear(FIRST); // as the learner counts, a program's among them
  expect(await storage.listLooks(RUN.id)).toEqual([]);
  expect(await automation.take(easy(1))).toBe(false);
  const values = { 'reward/decided': 40 };
  const point = { time: 1, environmentSteps: 1, learnerUpdates: 1, values };
  await storage.appendMetrics(RUN.id, point);
  const report = await automationReport(storage, RUN.id, RULES);
  expect(report).toMatchObject({ labels: 40, next: FIRST, missing: FIRST - 40, looks: 0 });
  expect(automationWords(report)).toBe(
    `No model answers in people’s place. ${FIRST - 40} more held-out comparisons are needed before it is judged (40 of ${FIRST}); for 95 % expect about a thousand.`,
  );
  expect(automationWords(await automationReport(storage, RUN.id, undefined))).toBe(
    'People answer everything.',
  );
});

test('[AUTO-1] a good model is certified; a bad one, or one that programs alone agree with, never', async () => {
  await (await open(labels(800), -20)).hear(800);
  await (await open(labels(800, 'synthetic-oracle'), 20)).hear(800);
  const looks = await storage.listLooks(RUN.id);
  expect(looks.map(({ heldOut, certificate }) => [heldOut, certificate])).toEqual([[800, null]]);
  const automation = await open(labels(1700));
  await automation.hear(1500); // not twice as many as at the last look
  expect(await standing()).toBeNull();
  await automation.hear(1700);
  expect(await standing()).toMatchObject({ rewardVersion: 7 });
});

test('[AUTO-2] it answers what it is sure of, and a share chosen by its id goes to people unseen', async () => {
  const automation = await open(labels(800));
  await automation.hear(800);
  const { threshold } = (await standing())!;
  expect(threshold).toBeGreaterThan(0.5);
  const audits: string[] = [];
  for (let i = 0; i < 100; i++) {
    const query = easy(i);
    const isAudit = stableShare(`audit ${query.id}`) < RULES.audit;
    expect(await automation.take(query), query.id).toBe(!isAudit);
    if (!isAudit) continue;
    audits.push(query.id);
    await say(automation, query, true);
  }
  expect(audits.length).toBeGreaterThan(0);
  const answers = await storage.listAutomatic(RUN.id);
  for (const { queryId, choice, confidence } of answers) {
    const [a, b] = easy(Number(queryId.slice(1))).segments;
    expect(choice).toBe(better(a!.from, b!.from));
    expect(confidence).toBeGreaterThanOrEqual(threshold);
  }
  expect(
    answers
      .filter(({ isAudit }) => isAudit)
      .map(({ queryId }) => queryId)
      .sort(),
  ).toEqual(audits.sort());
  // Not for a model: what may game its reward, what it is unsure of, other kinds, clips that are gone.
  const near = { ...easy(3), id: 'near', segments: [easy(3).segments[0]!, easy(3).segments[0]!] };
  const gone = easy(4).segments.map((segment) => ({ ...segment, episodeId: 'gone' }));
  for (const query of [
    { ...easy(1), id: 'urgent', urgent: true },
    { ...easy(2), id: 'rank', kind: 'rank' as const },
    near,
    { ...easy(4), id: 'gone', segments: gone },
  ])
    expect(await automation.take(query), query.id).toBe(false);
  expect(await standing()).toMatchObject({
    answers: 100 - audits.length,
    audits: { asked: audits.length, answered: audits.length, right: audits.length },
  });
});

test('[AUTO-2] while nobody answers the audits, everything goes to people', async () => {
  const automation = await open(labels(800), 20, { ...RULES, audit: 1 });
  await automation.hear(800);
  for (let i = 0; i < 8; i++) expect(await automation.take(easy(i))).toBe(false);
  const next = await open(labels(800)); // after a restart, too
  const others = Array.from({ length: 40 }, (_, i) => easy(100 + i)).filter(
    ({ id }) => stableShare(`audit ${id}`) >= RULES.audit,
  );
  expect(await next.take(others[0]!)).toBe(false);
  await say(next, easy(7), true);
  expect(await next.take(others[1]!)).toBe(true);
});

test('[AUTO-2] where the world turns, people’s answers to the audits withdraw it by themselves', async () => {
  const automation = await open(labels(800), 20, { ...RULES, audit: 0.5 });
  await automation.hear(800);
  let asked = 0;
  for (let i = 0; (await standing()) !== null; i++) {
    expect(asked).toBeLessThan(30);
    if (await automation.take(easy(i))) continue;
    asked++;
    await say(automation, easy(i), asked <= 12 && asked % 6 !== 0);
  }
  expect(raised).toEqual(['cleared automation', 'automation']);
  expect(await automation.take(easy(5000))).toBe(false);
  const report = await automationReport(storage, RUN.id, RULES);
  expect(report.withdrawn?.why).toMatch(/audit|bound/);
  expect(automationWords(report)).toMatch(/^No model answers in people’s place \(withdrawn: /);
  // A restart does not bring it back, nor does a look before there are twice as many labels.
  const again = await open(labels(1500));
  await again.hear(1500);
  expect(await again.take(easy(5001))).toBe(false);
});

test('[AUTO-3] the certified version goes on answering whatever is learned since, and after a restart', async () => {
  await (await open(labels(800))).hear(800);
  const { id } = (await standing())!;
  // What has been learned by now is wrong; it was never certified.
  const next = await open(labels(900), -20);
  const query = Array.from({ length: 20 }, (_, i) => easy(i)).find(
    (q) => stableShare(`audit ${q.id}`) >= RULES.audit,
  )!;
  expect(await next.take(query)).toBe(true);
  const [a, b] = query.segments;
  expect(await storage.listAutomatic(RUN.id)).toMatchObject([
    { lookId: id, choice: better(a!.from, b!.from) },
  ]);
  // Whoever asks for more than it was certified for has to wait for another look.
  const stricter = await open(labels(900), 20, { ...RULES, target: 0.99 });
  expect(await stricter.take(easy(50))).toBe(false);
  expect((await storage.listLooks(RUN.id))[0]!.withdrawnWhy).toBe('changed');
});
