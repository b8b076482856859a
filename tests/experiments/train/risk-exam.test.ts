import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { train } from '../../../experiments/train/run.ts';
import { trainOptions } from './options.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-exam-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const overrides = {
  learner: { hidden: [16], batchSize: 16, learningStarts: 1e6 },
  reward: { hidden: [8], risk: { everyRows: 50, hidden: [8] } },
};

it('[RISK-10] the exam comes last, tells how many moments it is made of, and changes nothing', async () => {
  // No branches: what counts is that somebody took over.
  const teachers = { rule: 'density', counterfactuals: false } as const;
  const options = { ...teachers, overrides, steps: 600, out: join(folder, 'a.policy') };
  const examined = await train(trainOptions({ ...options, examinesRisk: true }));
  const plain = await train(trainOptions(options));
  expect(plain.risk).toBeNull();
  expect({ ...examined, risk: null }).toEqual(plain);
  const { takeovers, failures } = examined.risk!;
  expect(failures.calm + failures.risky).toBeGreaterThan(100);
  expect(takeovers).toMatchObject({ auc: null, risky: 0 });
  expect(failures.ece).toBeGreaterThanOrEqual(0);
  expect(failures.ece).toBeLessThanOrEqual(1);
});

it('[RISK-10] a preset without a risk head is not examined', async () => {
  const options = { preset: 'bc', overrides: {}, steps: 60, out: join(folder, 'b.policy') };
  expect((await train(trainOptions({ ...options, examinesRisk: true }))).risk).toBeNull();
});
