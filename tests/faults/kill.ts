/** The server is killed at random moments while five people answer, reward and take over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../e2e/helpers.ts';
import { type ServeProcess, serve } from '../server/serve-process.ts';
import { checkFolder } from './folder.ts';
import { nothingPromised, Person, type Promised } from './person.ts';
import type { Part, Report, Scope } from './report.ts';

const PEOPLE = ['ada', 'bob', 'eve', 'kim', 'lou'];
/** What rollouts do is not stored, and their threads make a start slower. */
const FLAGS = ['--log-level', 'error', '--rollouts', '0'];
/** Longest life of a server once people act, ms. */
const LONGEST = 3000;
/** Servers at once, each with a folder and people of its own: a start does not keep two cores busy. */
const SIDE_BY_SIDE = 2;

const nothing = { begun: 0, kills: 0, twice: 0, logged: 0, episodes: 0, acknowledged: 0, told: 0 };
type Counts = typeof nothing;

export const kill: Part = {
  name: 'kill',
  about: '`kill -9` of the server at random moments, five people answering, rewarding, taking over',
  amount: 100,
  share: 0.46,
  async run(report, scope) {
    const counts: Counts = { ...nothing };
    const servers = Math.min(SIDE_BY_SIDE, scope.amount);
    await Promise.all(Array.from({ length: servers }, () => killAgain(report, scope, counts)));
    report.figure('kills', counts.kills);
    report.figure('answers acknowledged, all found', counts.acknowledged);
    report.figure('takeovers told of, all found', counts.told);
    report.figure('events in the log; twice', `${counts.logged}; ${counts.twice}`);
    report.figure('episode files, all whole', counts.episodes);
  },
};

/** One folder, whose server is started and killed as long as there are kills and time left. */
async function killAgain(report: Report, scope: Scope, counts: Counts): Promise<void> {
  const { random, amount, hasTime } = scope;
  const data = mkdtempSync(join(tmpdir(), 'reins-kill-'));
  const promised = nothingPromised();
  let server: ServeProcess | undefined;
  try {
    while (counts.begun < amount && (!server || hasTime())) {
      counts.begun++;
      server = await serve(data, FLAGS);
      report.promise('a killed server starts again:', server.url !== undefined, server.stderr());
      if (!server.url) return;
      counts.twice += await askForLog(server.url, promised, report);
      await live(server, promised, random);
      counts.kills++;
    }
    if (!server) return;
    const { logged, episodes } = await checkFolder(data, promised, report);
    counts.logged += logged;
    counts.episodes += episodes;
    counts.acknowledged += promised.acknowledged.size;
    counts.told += promised.told.size;
  } finally {
    await server?.end('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}

/** The log as the server itself reads it after the kill. Returns how many ids it has twice. */
async function askForLog(url: string, promised: Promised, report: Report): Promise<number> {
  const log = (await (await fetch(`${url}/api/feedback`)).json()) as { id: string }[];
  const ids = new Set(log.map(({ id }) => id));
  const lost = [...promised.acknowledged.keys(), ...promised.told.keys()].filter(
    (id) => !ids.has(id),
  );
  report.promise('the server that follows a kill has every answer:', lost.length === 0, lost);
  return log.length - ids.size;
}

/** People act until the server is killed under them. */
async function live(
  server: ServeProcess,
  promised: Promised,
  random: Scope['random'],
): Promise<void> {
  const people = PEOPLE.map((name) => new Person(server.url!, name, promised));
  await until('everybody to see something', () => people.every((p) => p.last && p.status), 120_000);
  const end = performance.now() + random.uniform(0, LONGEST);
  while (performance.now() < end) {
    people[random.integer(people.length)]!.act(random);
    await sleep(random.uniform(0, 60));
  }
  await server.end('SIGKILL');
  for (const person of people) person.close();
}
