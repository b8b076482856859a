/**
 * `npx tsx tests/bench/queue.ts [people] [questions]`: what the queue itself costs, with the real database and no
 * simulation, learner or sockets beside it: from an answer to its person's next question.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Feedback, Query } from '../../agent/contract.ts';
import { quantile } from '../../agent/evaluation/statistics.ts';
import { Background } from '../../server/run/background.ts';
import { Queries } from '../../server/run/queries.ts';
import { verifyAudit } from '../../server/storage/audit-verify.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { noCampaign } from '../server/run/no-campaign.ts';
import { NO_WATCH } from '../server/run/no-watch.ts';

const [PEOPLE, QUESTIONS] = [Number(process.argv[2] ?? 50), Number(process.argv[3] ?? 10_000)];
const RUN = 'run-1';
const folder = mkdtempSync(join(tmpdir(), 'reins-bench-queue-'));
const storage = openStorage(folder);
const episode = recordEpisode('e', 20);
await storage.putEpisode(episode, { live: false });
const fault = (error: unknown) => {
  throw error;
};
const queries = await Queries.open({
  runId: RUN,
  campaign: await noCampaign(),
  storage,
  episodes: { drawn: async () => episode, keep: async () => true },
  background: new Background({ error: fault }),
  ...NO_WATCH,
});

const [a, b] = [
  { episodeId: 'e', from: 0, to: 5 },
  { episodeId: 'e', from: 10, to: 15 },
];
let made = 0;
let making: Promise<void> | undefined;
/** As the learner does it: one batch at a time. */
function more(): Promise<void> {
  making ??= make().finally(() => {
    making = undefined;
  });
  return making;
}

function make(): Promise<void> {
  const list = Array.from({ length: queries.missing }, (): Query => {
    const id = `q${made++}`;
    const times = { createdAt: 0, expiresAt: Number.POSITIVE_INFINITY };
    return {
      id,
      runId: RUN,
      kind: 'compare',
      segments: [a, b],
      strategy: 'uniform',
      score: 0,
      policyVersion: 1,
      ...times,
    };
  });
  return queries.take(list);
}

const answeredBy = new Map<string, string>();
const waits: number[] = [];
let answered = 0;

async function person(i: number): Promise<void> {
  const teacherId = `p${i}`;
  const held: { id: string; lease: number }[] = [];
  let came = () => {};
  await queries.ask({
    ...{ viewer: teacherId, teacherId, count: 2 },
    message(m) {
      if (m.type === 'query') held.push({ id: m.query.id, lease: m.query.lease! });
      if (m.type === 'query') came();
    },
  });
  while (answered < QUESTIONS) {
    const query = held.shift();
    if (!query) {
      await more();
      await sleep(5);
      continue;
    }
    const start = performance.now();
    const next = new Promise<void>((resolve) => {
      came = resolve;
    });
    const times = { shownAt: 1, answeredAt: 1, receivedAt: 1, responseMs: 900 };
    const base = { id: `f${answered++}`, runId: RUN, teacherId, queryId: query.id, ...times };
    const feedback = {
      ...base,
      lease: query.lease,
      kind: 'preference',
      a,
      b,
      choice: 'a',
    } as Feedback;
    const answering = (await queries.answering(feedback))!;
    await storage.appendFeedback(feedback, answering.rows);
    answering.done();
    if (answeredBy.has(query.id)) throw new Error(`${query.id} was answered twice`);
    answeredBy.set(query.id, teacherId);
    if (queries.missing > PEOPLE) await more();
    // At the end there is no next one.
    if (await Promise.race([next.then(() => true), sleep(2000, false)]))
      waits.push(performance.now() - start);
    await sleep(1000 * Math.random()); // people think
  }
}

await more();
const before = process.cpuUsage();
const start = performance.now();
await Promise.all(Array.from({ length: PEOPLE }, (_, i) => person(i)));
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(before);
waits.sort((x, y) => x - y);
const { isSame } = await queries.recount();
const result = {
  people: PEOPLE,
  questions: answeredBy.size,
  lost: answeredBy.size - (await storage.countFeedback(RUN)),
  holds: queries.report.holds && isSame,
  auditIsWhole: verifyAudit(folder).isWhole,
  answersPerSecond: Math.round(answeredBy.size / seconds),
  cpuMsPerAnswer: (user + system) / 1000 / answeredBy.size,
  nextQuestionMs: { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95), max: waits.at(-1) },
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
await storage.close();
rmSync(folder, { recursive: true });
