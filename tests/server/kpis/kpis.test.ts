/** Key figures of a run whose truth is known, over HTTP, by the command and as CSV. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Feedback } from '../../../agent/contract.ts';
import { main } from '../../../cli/main.ts';
import { kpisCsv } from '../../../server/kpis/csv.ts';
import { type KpiReport, kpisOf } from '../../../server/kpis/kpis.ts';
import { workOf } from '../../../server/kpis/work.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';
import { RUN } from '../../contracts/storage.ts';
import { openDoor } from '../connection/door.ts';

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-kpis-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly teacherId: string;
  readonly at: number;
  readonly choice: 'a' | 'b' | 'skip';
  readonly responseMs?: number;
}

function preference({ teacherId, at, choice, responseMs = 6000 }: Said): Feedback {
  const segment = (episodeId: string) => ({ episodeId, from: at % 90, to: (at % 90) + 10 });
  return {
    id: `${teacherId}-${at}`,
    runId: RUN.id,
    teacherId,
    queryId: `q-${teacherId}-${at}`,
    shownAt: at - responseMs,
    answeredAt: at,
    receivedAt: at,
    responseMs,
    kind: 'preference',
    a: segment('left'),
    b: segment('right'),
    choice,
  };
}

const say = async (list: readonly Said[]) => {
  for (const each of list) await storage.appendFeedback(preference(each));
};
/** n answers, one every six seconds. */
const steady = (
  teacherId: string,
  n: number,
  from: number,
  choice = (i: number): Said['choice'] => (i % 2 ? 'a' : 'b'),
) => Array.from({ length: n }, (_, i) => ({ teacherId, at: from + i * 6000, choice: choice(i) }));

const judged = (version: number, time: number, accuracy: number, heldOut = 100) =>
  storage.appendMetrics(RUN.id, {
    ...{ time, environmentSteps: version, learnerUpdates: version },
    values: { 'reward/version': version, 'reward/accuracy': accuracy, 'reward/heldOut': heldOut },
  });

const report = async (rate?: number) => kpisOf(await workOf(storage, RUN.id), RUN.id, rate ?? null);
const find = ({ kpis }: KpiReport, id: string) => kpis.find((kpi) => kpi.id === id)!;

test('[KPI-1] ten answers a minute are 600 an hour, and cost what the hours cost', async () => {
  await say(steady('ada', 100, 1_000_000));
  await say(steady('bob', 100, 1_000_000));
  const found = await report(30);
  expect(find(found, 'usable-per-hour').value).toBeCloseTo(600, 6);
  expect(find(found, 'cost-per-usable').value).toBeCloseTo(30 / 600, 6);
  expect(find(await report(), 'cost-per-usable').value).toBeCloseTo(6, 6);
  expect(find(found, 'usable-share')).toMatchObject({ value: 1, state: 'good', advice: '' });
});

test('[KPI-1] what is skipped, taken back, or of somebody who is paused costs and does not count', async () => {
  await say(steady('ada', 60, 1_000_000, (i) => (i < 10 ? 'skip' : 'a')));
  await say(steady('eve', 30, 1_000_000));
  const [first] = [preference(steady('ada', 60, 1_000_000)[20]!)];
  const { runId, teacherId, shownAt, answeredAt, receivedAt, responseMs } = first!;
  const base = { runId, teacherId, shownAt, answeredAt, receivedAt, responseMs };
  await storage.appendFeedback({ ...base, id: 'r', kind: 'retraction', feedbackId: first!.id });
  const standing = { runId, teacherId: 'eve', state: 'paused', reason: 'x', actor: 'y', since: 1 };
  await storage.putStanding(standing as never, []);
  const found = await report();
  expect(find(found, 'usable-share')).toMatchObject({ value: 49 / 90, state: 'bad' });
  expect(find(found, 'usable-share').advice).not.toBe('');
  const alert = found.alerts.find(({ id }) => id === 'unusable')!;
  expect(alert.message).toContain('41 of 90');
  expect(alert.clips.length).toBeGreaterThan(0);
  expect(alert.clips.every(({ feedbackId }) => feedbackId!.startsWith('eve'))).toBe(true);
});

test('[KPI-3] [KPI-4] accuracy over cost has a point per version, and cost only grows', async () => {
  await say(steady('ada', 300, 0));
  await judged(1, 300_000, 0.6);
  await judged(2, 600_000, 0.62, 10); // judged on too little
  await judged(3, 900_000, 0.8);
  await judged(3, 1_200_000, 0.8);
  const found = await report(60);
  expect(found.curve.map(({ version, accuracy }) => [version, accuracy])).toEqual([
    [1, 0.6],
    [3, 0.8],
  ]);
  // One answer every 6 s from 0 on: 50 answers and their first until 300 s.
  expect(found.curve[0]!.hours).toBeCloseTo(306 / 3600, 9);
  expect(found.curve[1]!.cost).toBeCloseTo((60 * 1206) / 3600, 9);
  expect(find(found, 'error-reduction').value).toBeCloseTo(0.5, 12);
  expect(find(found, 'cost-of-last-percent').value).toBeCloseTo((60 * 900) / 3600, 9);
});

test('[KPI-2] information needs to know how often people are right, and says what is missing', async () => {
  await say(steady('ada', 50, 1_000_000));
  expect(find(await report(), 'information')).toMatchObject({ value: null, state: 'unknown' });
  expect(find(await report(), 'information').advice).toContain('--gold');
  const work = await workOf(storage, RUN.id);
  // Eight of ten known ones right: (8 + 1) / (10 + 2) = 0.75, 0.1887 bit.
  const probes = Array.from({ length: 10 }, (_, i) => ({
    ...{ queryId: `q-ada-${1_000_000 + i * 6000}`, runId: RUN.id, teacherId: 'ada' },
    ...{ kind: 'gold' as const, about: 'g', expected: 'a', endedAt: i },
    verdict: i < 8 ? 'a' : 'b',
  }));
  const found = await kpisOf({ ...work, probes }, RUN.id);
  expect(find(found, 'information').value).toBeCloseTo(0.1887 / 6, 4);
  expect(found.alerts).toEqual([]);
  const coin = probes.map((probe, i) => ({ ...probe, verdict: i % 2 ? 'a' : 'b' }));
  const alarmed = await kpisOf({ ...work, probes: coin }, RUN.id);
  expect(alarmed.alerts.map(({ id, clips }) => [id, clips.length])).toEqual([['accuracy-ada', 10]]);
  expect(find(alarmed, 'information').state).toBe('bad');
});

test('[KPI-5] a person who turns into a left-clicker is named, with the clips', async () => {
  const random = createRandom(5);
  const even = () => (random.next() < 0.5 ? ('a' as const) : ('b' as const));
  await say(steady('ada', 120, 1_000_000, even));
  await say(steady('bob', 100, 1_000_000, even));
  expect((await report()).alerts).toEqual([]);
  await say(steady('bob', 20, 3_000_000, () => 'a'));
  const found = await report();
  expect(found.alerts.map(({ id, teacherId }) => [id, teacherId])).toEqual([
    ['drift-choice-bob', 'bob'],
  ]);
  expect(found.alerts[0]!.clips[0]).toMatchObject({
    episodeId: 'left',
    feedbackId: expect.stringMatching(/^bob-/),
  });
});

test('[KPI-6] the route, the CSV and the command say the same', async () => {
  await say(steady('ada', 40, 1_000_000));
  const door = await openDoor({ storage, run: { run: { id: RUN.id } as never } });
  const asked = await fetch(`${door.url}/api/kpis?rate=30`);
  const overHttp = (await asked.json()) as KpiReport;
  expect(overHttp).toEqual(await report(30));
  const csv = await (await fetch(`${door.url}/api/kpis.csv?rate=30`)).text();
  expect(csv).toBe(kpisCsv(overHttp));
  expect((await fetch(`${door.url}/api/kpis?rate=-1`)).status).toBe(400);
  await door.close();
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  expect(await main(['kpis', '--data', folder, '--rate', '30', '--json'])).toBe(0);
  expect(JSON.parse(written.splice(0).join(''))).toEqual(overHttp);
  expect(await main(['kpis', '--data', folder, '--rate', '30', '--csv'])).toBe(0);
  expect(written.splice(0).join('')).toBe(csv);
  expect(await main(['kpis', '--data', folder])).toBe(0);
  expect(written.join('')).toContain('Answers that count, an active hour');
  expect(csv.split('\r\n')[3]).toMatch(/^usable-per-hour,600(\.0\d*)?,,,1\/h,good,/);
});

const drifted = (time: number, part: string, alarm: number, ratio = 2.7) =>
  storage.appendMetrics(RUN.id, {
    ...{ time, environmentSteps: time, learnerUpdates: time },
    values: {
      ...{ [`drift/${part}`]: ratio, [`drift/${part}/psi`]: 0.812, [`drift/${part}/limit`]: 0.3 },
      ...{ [`drift/${part}/component`]: 12, [`drift/${part}/alarm`]: alarm, 'drift/since': 1000 },
    },
  });

test('[KPI-7] drift of behaviour is a figure and, where it alarms, an alert with the episodes that show it', async () => {
  const random = createRandom(1);
  for (const [id, startedAt] of [
    ['before', 900],
    ['early', 1000],
    ['late', 1500],
  ] as const) {
    const made = syntheticEpisode(syntheticSpec(2, 1), 30, random, { id });
    await storage.putEpisode({ ...made, runId: RUN.id, startedAt }, { live: true });
  }
  const nothing = await report();
  expect(find(nothing, 'drift-observation')).toMatchObject({ value: null, state: 'unknown' });
  expect(find(nothing, 'drift-reward').basis).toBe('needs 40 episodes and a reward model');
  await drifted(1, 'observation', 0);
  const learning = await report();
  expect(find(learning, 'drift-observation')).toMatchObject({ state: 'good', advice: '' });
  expect(find(learning, 'drift-observation').basis).toContain('the policy learns, which moves it');
  expect(learning.alerts).toEqual([]);
  await drifted(2, 'observation', 1);
  const found = await report();
  expect(find(found, 'drift-observation')).toMatchObject({ value: 0.812, state: 'bad' });
  expect(find(found, 'drift-observation').advice).not.toBe('');
  expect(find(found, 'drift-action').state).toBe('unknown');
  const [alert, ...others] = found.alerts;
  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    ...{ id: 'drift-observation', teacherId: null },
    message: 'What the agent observes is not as before (number 12, PSI 0.81, by chance below 0.30)',
    clips: [
      { episodeId: 'early', from: 0, to: 30, feedbackId: null },
      { episodeId: 'late', from: 0, to: 30, feedbackId: null },
    ],
  });
  expect(kpisCsv(found)).toMatch(/\r\ndrift-observation,0\.812,,,PSI,bad,/);
  await drifted(3, 'observation', 0, 0.4);
  expect((await report()).alerts).toEqual([]);
});

test('[KPI-1] circles are told in words with their number, beside what a coin does', async () => {
  const segment = (episodeId: string) => ({ episodeId, from: 0, to: 10 });
  const all = steady('ada', 60, 1_000_000).map((said, i) => {
    const three = ['x', 'y', 'z'].map((name) => segment(`${name}${Math.floor(i / 3)}`));
    const [a, b] = [three[i % 3]!, three[(i + 1) % 3]!];
    // x over y, y over z; then z over x in five of twenty, x over z in the others.
    const choice = i % 3 < 2 || i < 15 ? ('a' as const) : ('b' as const);
    return { ...preference({ ...said, choice }), a, b, choice } as Feedback;
  });
  for (const each of all) await storage.appendFeedback(each);
  const circles = find(await report(), 'circles');
  expect(circles).toMatchObject({ value: 0.25, state: 'bad' });
  expect(circles.basis).toContain('5 of 20 times that three clips were compared');
  expect(circles.basis).toContain('c better than a; a coin says so in 25 %');
});
