/** Synthetic people in a campaign: who is asked, how much, and when it ends. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Campaigns } from '../../../server/campaigns/campaigns.ts';
import { NO_RULES } from '../../../server/contract.ts';
import { RUN } from '../../contracts/storage.ts';
import { openCrowd } from './crowd.ts';

let crowd: Awaited<ReturnType<typeof openCrowd>>;
let campaigns: Campaigns;
beforeEach(async () => {
  crowd = await openCrowd(NO_RULES);
  campaigns = new Campaigns({ storage: crowd.storage, runId: RUN.id, nameOf: (id) => id });
});
afterEach(() => crowd.close());

const people = (...names: string[]) => names.map((name) => crowd.person(name, 'good'));

test('[CAMP-2] a budget of 50 answers with two people a question ends with exactly 50, whoever asks on', async () => {
  const all = people('ada', 'bob', 'cyd');
  const id = await crowd.start({ people: 2, budget: { unit: 'answers', most: 50 }, rate: 36 });
  for (const one of all) await one.open();
  await crowd.work(all, 40);
  const { state, endedWhy, progress } = await campaigns.find(id);
  expect([state, endedWhy]).toEqual(['ended', 'budget']);
  expect(progress).toMatchObject({ answers: 50, done: 1, people: 3 });
  expect(progress.shared).toBeGreaterThanOrEqual(15);
  expect(progress.spend).toBeCloseTo(progress.hours * 36, 9);
  for (const one of all) {
    await one.ask();
    expect([one.name, one.held.size]).toEqual([one.name, 0]);
    expect(crowd.parts.campaign.message(one.name)).toMatchObject({
      campaign: { state: 'ended', endedWhy: 'budget' },
    });
  }
  const { answered, open } = crowd.parts.queries.report;
  expect([answered, open]).toEqual([50, 0]);
  expect(crowd.faults).toEqual([]);
});

test('[CAMP-4] nobody is given a question before they opened the instructions, and again when these change', async () => {
  const id = await crowd.start({});
  const [ada, bob] = people('ada', 'bob') as [
    ReturnType<typeof crowd.person>,
    ReturnType<typeof crowd.person>,
  ];
  await crowd.work([ada, bob], 2);
  expect([ada.seen.length, bob.seen.length]).toEqual([0, 0]);
  expect(await crowd.parts.campaign.opened('ada', '0'.repeat(64), 1)).toBe(false);
  await ada.open();
  await crowd.work([ada, bob], 3);
  expect([ada.seen.length > 0, bob.seen.length]).toEqual([true, 0]);
  await campaigns.change(id, {}, 'Look twice.', 'grace', 2);
  await crowd.parts.campaign.look();
  const before = ada.seen.length;
  await crowd.work([ada], 3);
  expect(ada.seen.length).toBe(before);
  await ada.open();
  await crowd.supply();
  expect(ada.held.size).toBe(2);
  await crowd.restart();
  await ada.ask(); // what was opened stays so
  expect(crowd.parts.campaign.message('ada')).toMatchObject({ campaign: { isOpened: true } });
});

test('[CAMP-2] paused nobody is asked; started again it goes on where it was, also after a restart', async () => {
  const [ada] = people('ada') as [ReturnType<typeof crowd.person>];
  const id = await crowd.start({ budget: { unit: 'answers', most: 10 } });
  await ada.open();
  await crowd.work([ada], 4);
  await campaigns.pause(id, 'grace');
  await crowd.parts.campaign.look();
  await crowd.supply();
  expect([ada.held.size, crowd.parts.queries.report.open]).toEqual([0, 0]);
  await crowd.restart();
  await crowd.supply();
  await ada.ask();
  expect(ada.held.size).toBe(0);
  await campaigns.start(id, 'grace', 9);
  await crowd.parts.campaign.look();
  await crowd.work([ada], 20);
  expect((await campaigns.find(id)).progress.answers).toBe(10);
});

test('[CAMP-2] an answer that was taken back or set aside is asked for once more', async () => {
  const [ada, bob] = people('ada', 'bob') as [
    ReturnType<typeof crowd.person>,
    ReturnType<typeof crowd.person>,
  ];
  const id = await crowd.start({ budget: { unit: 'answers', most: 12 } });
  await ada.open();
  await crowd.work([ada], 5);
  await crowd.parts.watch.pause('ada', 'careless', 'grace');
  await crowd.parts.background.settle(5000);
  expect((await campaigns.find(id)).progress.answers).toBe(0);
  expect(crowd.parts.campaign.left).toBe(12);
  await bob.open();
  await crowd.work([bob], 20);
  const { progress, state } = await campaigns.find(id);
  expect([progress.answers, progress.people, state]).toEqual([12, 1, 'ended']);
});

test('[CAMP-3] its day, hours, money and the wanted accuracy end it, and only then', async () => {
  const ada = crowd.person('ada', 'good', 30);
  const check = (now: number, metrics = {}) => crowd.parts.campaign.check(now, metrics);
  const ends = async (terms: Record<string, unknown>, work: () => Promise<void>) => {
    const id = await crowd.start(terms);
    await ada.open();
    await check(100);
    expect((await campaigns.find(id)).state).toBe('running');
    await work();
    await crowd.parts.background.settle(5000);
    return (await campaigns.find(id)).endedWhy;
  };
  expect(await ends({ until: 2000 }, () => check(2000))).toBe('deadline');
  const good = { 'reward/accuracy': 0.8, 'reward/heldOut': 30 };
  const learned = async () => {
    await check(1, { ...good, 'reward/heldOut': 29 });
    await check(1, { ...good, 'reward/accuracy': 0.79 });
    expect(crowd.parts.campaign.left).toBe(Number.POSITIVE_INFINITY);
    await check(1, good);
  };
  expect(await ends({ accuracy: 0.8 }, learned)).toBe('accuracy');
  // The first answer of somebody costs what their page's clock says: 30 s.
  const one = () => crowd.work([ada], 1);
  expect(await ends({ budget: { unit: 'hours', most: 29 / 3600 } }, one)).toBe('budget');
  expect(await ends({ budget: { unit: 'money', most: 29 }, rate: 3600 }, one)).toBe('budget');
  expect(await ends({ budget: { unit: 'money', most: 31 }, rate: 3600 }, one)).toBeNull();
});

test('[CAMP-2] it asks by its own terms: kind, clips and people; questions of another kind are not taken', async () => {
  const { campaign, queries } = crowd.parts;
  expect(campaign.asking).toEqual({});
  await crowd.start({ kind: 'rate', strategy: 'uniform', pool: 5, source: 'driven' });
  const clips = { recentEpisodes: 5, source: 'driven' };
  expect(campaign.asking).toEqual({ kind: 'rate', strategy: 'uniform', ...clips });
  await crowd.supply(); // comparisons
  expect(queries.size).toBe(0);
});

test('[AUTO-2] what a calibration asks no model answers', async () => {
  const { campaign } = crowd.parts;
  expect(campaign.isOfPeopleAlone).toBe(false);
  await crowd.start({ purpose: 'calibration', people: 2 });
  expect(campaign.isOfPeopleAlone).toBe(true);
});
