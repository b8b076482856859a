/** What supervisors may decide about campaigns, and what work for them comes to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QUERY_STRATEGIES } from '../../../agent/queries/config.ts';
import { Campaigns, NotCalibratedError } from '../../../server/campaigns/campaigns.ts';
import { Ledger, progressOf } from '../../../server/campaigns/ledger.ts';
import { CAMPAIGN_STRATEGIES } from '../../../server/protocol/index.ts';
import type { CampaignAnswer } from '../../../server/storage/campaigns-contract.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { termsOf } from '../../contracts/campaigns.ts';
import { RUN } from '../../contracts/storage.ts';
import { recordEpisode } from '../run/episode.ts';

let folder = '';
let storage: Storage;
let answers: Record<string, CampaignAnswer[]>;
let campaigns: Campaigns;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-campaigns-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  answers = {};
  const known = { ...storage, answersOf: async (id: string) => answers[id] ?? [] };
  campaigns = new Campaigns({ storage: known, runId: RUN.id, nameOf: (id) => `~${id}` });
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const create = (terms: Record<string, unknown>) =>
  campaigns.create({ name: 'c', ...terms }, 'Look at both.', 'grace', 1);

const answer = (
  teacherId: string,
  queryId: string,
  receivedAt: number,
  more: Partial<CampaignAnswer> = {},
): CampaignAnswer => ({
  ...{ teacherId, queryId, receivedAt, responseMs: 4000, feedbackId: `${teacherId}-${queryId}` },
  ...{ state: 'answered', reason: null, leasedAt: 0, endedAt: receivedAt, verdict: 'a' },
  ...more,
});

/** Two people to each question. */
const shared = (questions: number): CampaignAnswer[] =>
  Array.from({ length: questions }, (_, i) => [
    answer('ada', `q${i}`, 1000 * i),
    answer('bob', `q${i}`, 1000 * i),
  ]).flat();

test('[CAMP-8] clips that instructions show have to be there, as far as they go', async () => {
  await storage.putEpisode(recordEpisode('e1', 20), { live: true });
  const write = (text: string) => campaigns.create({ name: 'c' }, text, 'grace', 1);
  const id = await write('Look: ![good](clip:e1@5-20)');
  await expect(write('![good](clip:e1@5-21)')).rejects.toThrow(/ends at 21, allowed up to 20/);
  await expect(write('![good](clip:e1@5)')).rejects.toThrow(/^campaign.instructions: clip:e1@5/);
  const gone = campaigns.change(id, {}, '![good](clip:e2@0-5)', 'grace', 2);
  await expect(gone).rejects.toThrow(/clip:e2 is not kept here/);
  // What stays as it is is not looked at again.
  await campaigns.change(id, { name: 'd' }, undefined, 'grace', 3);
  expect((await campaigns.find(id)).version).toBe(1);
});

test('[CAMP-1] terms that cannot be are refused with what is allowed', async () => {
  await expect(create({ budget: { unit: 'money', most: 100 } })).rejects.toThrow(/campaign\.rate/);
  await expect(create({ purpose: 'calibration' })).rejects.toThrow(/two people or more/);
  await expect(create({ purpose: 'calibration', people: 2, share: 0.5 })).rejects.toThrow(
    /share 1/,
  );
  await expect(create({ people: 11 })).rejects.toThrow(/campaign\.people/);
  await expect(create({ colour: 'red' })).rejects.toThrow(/colour/);
  await expect(campaigns.create({ name: 'c' }, '  ', 'grace', 1)).rejects.toThrow(/instructions/);
  await expect(campaigns.start('c9', 'grace', 1)).rejects.toThrow(/allowed none/);
  expect(CAMPAIGN_STRATEGIES).toEqual(QUERY_STRATEGIES);
});

test('[CAMP-1] a draft is changed in everything; once it has begun in what answers do not hang on', async () => {
  const id = await create({ people: 2 });
  await campaigns.change(id, { kind: 'rate' }, undefined, 'grace', 2);
  expect(await campaigns.find(id)).toMatchObject({
    ...{ version: 1, instructions: 'Look at both.', createdBy: '~grace' },
    terms: { kind: 'rate', people: 2 },
  });
  await campaigns.start(id, 'grace', 3);
  await expect(campaigns.change(id, { kind: 'rank' }, undefined, 'grace', 4)).rejects.toThrow(
    /campaign\.kind.*allowed to change are name, most, budget/,
  );
  const more = { kind: 'rate', budget: { unit: 'answers', most: 9 } }; // the kind that it has
  await campaigns.change(id, more, 'Look twice.', 'grace', 5);
  expect(await campaigns.find(id)).toMatchObject({ version: 2, instructions: 'Look twice.' });
  await campaigns.end(id, 'grace', 6);
  await expect(campaigns.change(id, { name: 'd' }, undefined, 'grace', 7)).rejects.toThrow(/ended/);
  await expect(campaigns.start(id, 'grace', 7)).rejects.toThrow(/is ended, allowed to start/);
  await expect(campaigns.remove(id, 'grace')).rejects.toThrow(/allowed to delete draft/);
});

test('[CAMP-5] production begins once a calibration of its kind has ended with 20 questions that two answered', async () => {
  const production = await create({ purpose: 'production' });
  const begin = () => campaigns.start(production, 'grace', 9);
  await expect(begin()).rejects.toThrow(NotCalibratedError);
  const calibration = await create({ purpose: 'calibration', people: 2 });
  const other = await create({ purpose: 'calibration', people: 2, kind: 'rate' });
  answers = { [calibration]: shared(19), [other]: shared(30) };
  await campaigns.start(other, 'grace', 2);
  await campaigns.end(other, 'grace', 3);
  await campaigns.start(calibration, 'grace', 4);
  answers[calibration] = shared(20);
  await expect(begin()).rejects.toThrow(/there are 0/); // has not ended
  await campaigns.end(calibration, 'grace', 5);
  answers[calibration] = shared(19);
  await expect(begin()).rejects.toThrow(/there are 19/);
  answers[calibration] = shared(20);
  await begin();
  expect((await campaigns.find(production)).state).toBe('running');
});

test('[CAMP-3] spend is active time at the price of an hour, whether an answer counts or not; a pause is none of it', () => {
  const rows = [
    answer('ada', 'q1', 10_000), // 4 s by the page's clock
    answer('bob', 'q1', 11_000), // 4 s
    answer('ada', 'q2', 30_000), // 20 s since the one before
    answer('ada', 'q3', 630_000, { state: 'expired', reason: 'paused' }), // away: 4 s
  ];
  const terms = termsOf({ rate: 90, budget: { unit: 'money', most: 1 } });
  const progress = progressOf(terms, rows);
  expect(progress).toMatchObject({ answers: 3, questions: 2, shared: 1, people: 2, largest: 2 });
  expect(progress.hours * 3600).toBeCloseTo(32, 9);
  expect(progress.spend).toBeCloseTo(0.8, 9);
  expect(progress.done).toBeCloseTo(0.8, 9);
  // The same, as they come.
  const ledger = new Ledger();
  for (const row of rows) ledger.spent(row);
  expect(ledger.hours).toBe(progress.hours);
  const free = termsOf({ budget: { unit: 'hours', most: 0.001 } });
  expect(progressOf(free, rows)).toMatchObject({ spend: null, done: 1 });
  expect(progressOf(termsOf(), rows).done).toBeNull();
});
