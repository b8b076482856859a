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
const FLAGS = ['--log-level', 'error'];
/** Longest life of a server once people act, ms. */
const LONGEST = 3000;

export const kill: Part = {
  name: 'kill',
  about: '`kill -9` of the server at random moments, five people answering, rewarding, taking over',
  amount: 100,
  share: 0.5,
  async run(report, { random, amount, hasTime }) {
    const data = mkdtempSync(join(tmpdir(), 'reins-kill-'));
    const promised = nothingPromised();
    let kills = 0;
    let twice = 0;
    let server: ServeProcess | undefined;
    try {
      while (kills < amount && (kills === 0 || hasTime())) {
        server = await serve(data, FLAGS);
        report.promise('a killed server starts again:', server.url !== undefined, server.stderr());
        if (!server.url) return;
        twice += await askForLog(server.url, promised, report);
        await live(server, promised, random);
        kills++;
      }
      const { logged, episodes } = await checkFolder(data, promised, report);
      report.figure('kills', kills);
      report.figure('answers acknowledged, all found', promised.acknowledged.size);
      report.figure('takeovers told of, all found', promised.told.size);
      report.figure('events in the log; twice', `${logged}; ${twice}`);
      report.figure('episode files, all whole', episodes);
    } finally {
      await server?.end('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  },
};

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
