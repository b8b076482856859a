/** A certified model and a campaign: what it answers is nobody's work, and is in no dataset. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HeldOutComparison } from '../../../agent/reward/published.ts';
import { NO_RULES } from '../../../server/contract.ts';
import { Datasets } from '../../../server/datasets/datasets.ts';
import { Automation } from '../../../server/run/automation.ts';
import { createRandom } from '../../../sim/random.ts';
import { keptModel } from '../../contracts/models.ts';
import { RUN } from '../../contracts/storage.ts';
import { type OpenAutomation, openCrowd } from './crowd.ts';

const LABELS = 800;
const RULES = { target: 0.95, audit: 0.5 };

/** Of one step each. The model is right wherever it is surer than 0.9, and hardly better than a coin elsewhere. */
function labels(slope: number): HeldOutComparison[] {
  const random = createRandom(3);
  return Array.from({ length: LABELS }, (_, i) => {
    const difference = 2 * random.normal();
    const isSure = Math.abs(difference) > Math.log(9);
    const isRight = isSure || random.next() < 0.55;
    return {
      ...{ feedbackId: `f${i}`, teacherId: 'ada', fold: i % 3, split: 1 },
      choice: difference > 0 === isRight ? 'a' : 'b',
      rows: Float32Array.of(difference / slope, 0, 0, 0, 0, 0),
    };
  });
}

/** A sum over ten steps of two clips differs by about as much as the labels do. */
const SLOPE = 0.45;
const openAutomation: OpenAutomation = async ({ storage, find }) => {
  const { policy } = keptModel(7);
  const bias = new Float32Array(1);
  const weights = Float32Array.of(SLOPE, 0, 0);
  const member = [{ inputs: 3, outputs: 1, activation: 'linear' as const, weights, bias }];
  const scale = { mean: new Float32Array(3), inverse: new Float32Array(3).fill(1), squared: 0 };
  const reward = { version: 7, scale, members: [member, member, member] };
  const automation = await Automation.open({
    ...{ runId: RUN.id, environmentId: 'e', rules: RULES, storage },
    episodes: { find },
    alerts: { raise() {}, clear() {} },
    model: async () => ({ policy, reward, heldOut: labels(SLOPE) }),
    actionSpace: () => ({ size: 1, low: Float32Array.of(-2), high: Float32Array.of(3) }),
  });
  await automation.hear(LABELS);
  return automation;
};

let crowd: Awaited<ReturnType<typeof openCrowd>>;
beforeEach(async () => {
  crowd = await openCrowd(NO_RULES, 1, openAutomation);
});
afterEach(() => crowd.close());

const automatic = () => crowd.storage.listAutomatic(RUN.id);

test('[AUTO-4] what a model answers in a campaign spends nothing of its budget, and no dataset has it; audits are people’s work', async () => {
  const [ada, bob] = [crowd.person('ada', 'good'), crowd.person('bob', 'good')];
  const id = await crowd.start({ budget: { unit: 'answers', most: 40 } });
  for (const one of [ada, bob]) await one.open();
  await crowd.work([ada, bob], 24);
  const answers = await automatic();
  const audits = new Set(answers.flatMap(({ queryId, isAudit }) => (isAudit ? [queryId] : [])));
  const alone = new Set(answers.flatMap(({ queryId, isAudit }) => (isAudit ? [] : [queryId])));
  expect([alone.size > 0, audits.size > 0]).toEqual([true, true]);
  // The campaign ends by what people did alone.
  const [ended] = await crowd.storage.listCampaigns(RUN.id);
  expect([ended!.state, ended!.endedWhy]).toEqual(['ended', 'budget']);
  const given = await crowd.storage.answersOf(id);
  expect(given).toHaveLength(40);
  expect(given.filter(({ queryId }) => alone.has(queryId))).toEqual([]);
  expect(given.some(({ queryId }) => audits.has(queryId))).toBe(true);
  for (const { seen } of [ada, bob])
    expect(seen.filter((query) => alone.has(query.id))).toEqual([]);
  // Nothing of it is in the log, and so in no dataset.
  const log = await crowd.storage.readFeedback(RUN.id, 0);
  expect(log.filter(({ feedback }) => alone.has(feedback.queryId!))).toEqual([]);
  const datasets = new Datasets({ storage: crowd.storage, run: RUN, nameOf: (who) => who });
  const { sheet } = await datasets.find(await datasets.make(id, 'grace', 9));
  expect(sheet).toMatchObject({ answers: 40, questions: 40 });
  expect(sheet.people.map(({ teacherId }) => teacherId).sort()).toEqual(['ada', 'bob']);
});

test('[AUTO-2] what a calibration asks no model answers; what the campaign after it asks it may', async () => {
  const ada = crowd.person('ada', 'good');
  const bob = crowd.person('bob', 'good');
  const terms = { purpose: 'calibration', people: 2, budget: { unit: 'answers', most: 20 } };
  const id = await crowd.start(terms);
  for (const one of [ada, bob]) await one.open();
  await crowd.work([ada, bob], 12);
  expect(await automatic()).toEqual([]);
  expect(await crowd.storage.answersOf(id)).toHaveLength(20);
  await crowd.start({});
  for (const one of [ada, bob]) await one.open();
  await crowd.work([ada, bob], 12);
  expect((await automatic()).length).toBeGreaterThan(0);
});
