/** A small disk is filled to every level under a running server, and emptied again. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../e2e/helpers.ts';
import { serve } from '../server/serve-process.ts';
import { checkFolder } from './folder.ts';
import { nothingPromised, Person } from './person.ts';
import type { Part, Report, Scope } from './report.ts';
import { openSmallDisk, type SmallDisk } from './small-disk.ts';

/** MB; room for every episode that an answer names, and for three checkpoints. */
const SIZE = 100;
/** Rollouts would fill the replay buffer, and with it the checkpoints, until no third one fits beside the two kept. */
const FLAGS = ['--log-level', 'warn', '--keep-episodes', '20', '--rollouts', '0'];
/** Bytes left, from none over single pages to what a checkpoint needs. */
const LEVELS = [0, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576];
/** How long the disk stays full, ms. */
const FULL = 3000;
/** How long a server may take to go on by itself; a broken promise only where it never does. */
const PATIENCE = 120_000;

export const disk: Part = {
  name: 'disk',
  about: `fill levels of a tmpfs of ${SIZE} MB under a running server, and room again`,
  amount: 2 * LEVELS.length,
  share: 0.15,
  async run(report, scope) {
    const small = openSmallDisk(SIZE);
    try {
      await fill(small, report, scope);
      if (small.isMounted) await start(small, report);
      else report.figure('disk', 'files limited by `prlimit`: no tmpfs can be mounted here');
    } finally {
      small.remove();
    }
  },
};

async function fill(small: SmallDisk, report: Report, scope: Scope): Promise<void> {
  const data = join(small.path, 'data');
  const promised = nothingPromised();
  const recoveries: number[] = [];
  let levels = 0;
  let refused = 0;
  let alerts = 0;
  const server = await serve(data, FLAGS);
  report.promise('the server starts:', server.url !== undefined, server.stderr());
  const ada = new Person(server.url!, 'ada', promised);
  const bob = new Person(server.url!, 'bob', promised);
  const acting = setInterval(() => act(ada, bob, scope), 80);
  try {
    await until('frames', () => ada.last && bob.last, PATIENCE);
    while (levels < scope.amount && (levels === 0 || scope.hasTime())) {
      small.fill(LEVELS[levels++ % LEVELS.length]!, server.pid);
      const before = ada.errors.length + bob.errors.length;
      await sleep(FULL);
      const said = [...ada.errors, ...bob.errors].filter((e) => e.code === 'storage-failed');
      const isTold = ada.alerts.has('storage');
      if (ada.errors.length + bob.errors.length > before && said.length > 0) {
        refused++;
        if (isTold || (await isEventuallyTold(ada))) alerts++;
      }
      ada.errors.length = bob.errors.length = 0;
      small.empty(server.pid);
      recoveries.push(await recovery(ada, bob, small.free(), report));
    }
    report.promise('the server lives through all levels:', (await alive(server.url!)) === 'ok');
    report.promise('refusals come with an alert on the page:', alerts === refused, {
      alerts,
      refused,
    });
    report.promise(
      'refusals are in the log:',
      refused === 0 || /could not be written/.test(server.stderr()),
    );
  } finally {
    clearInterval(acting);
    ada.close();
    bob.close();
    await server.end('SIGKILL');
    small.empty(server.pid);
  }
  await checkFolder(data, promised, report);
  report.figure('levels filled, with refusals and an alert', `${levels}, ${alerts}`);
  report.figure('answers acknowledged, all found', promised.acknowledged.size);
  report.figure('takeovers told of, all found', promised.told.size);
  report.figure('from room to the next acknowledgement', times(recoveries));
}

/** Ada rewards and answers, Bob drives now and then. What was refused is given again, as the page does. */
function act(ada: Person, bob: Person, { random }: Scope): void {
  if (random.next() < 0.1)
    for (const feedback of [...ada.waiting.values()].slice(0, 3)) ada.give(feedback);
  if (!ada.answer()) ada.reward(1);
  const dice = random.next();
  if (dice < 0.04) bob.drive();
  else if (dice < 0.1) bob.letGo();
  if (dice > 0.98) bob.control('reset');
}

function isEventuallyTold(person: Person): Promise<boolean> {
  return until('the alert', () => person.alerts.has('storage'), 20_000).then(
    () => true,
    () => false,
  );
}

/** Everything that waited is acknowledged and the alert is gone. Returns ms until the next acknowledgement. */
async function recovery(ada: Person, bob: Person, free: number, report: Report): Promise<number> {
  const begun = performance.now();
  const { acknowledged } = ada.promised;
  const before = acknowledged.size;
  const goesOn = (what: string, probe: () => boolean) =>
    until(what, probe, PATIENCE).catch((error: Error) => {
      const seen = [error.message, [...ada.alerts.values()], ada.errors.at(-1), free];
      report.promise('with room it goes on by itself:', false, seen);
    });
  await goesOn('an acknowledgement', () => acknowledged.size > before);
  const ms = performance.now() - begun;
  await goesOn(
    'the end of the alert',
    () => !ada.alerts.has('storage') && !bob.alerts.has('storage'),
  );
  return ms;
}

async function alive(url: string): Promise<string> {
  return ((await (await fetch(`${url}/api/health`)).json()) as { status: string }).status;
}

/** On a full disk a server does not start, and says why on one line. */
async function start(small: SmallDisk, report: Report): Promise<void> {
  const data = join(small.path, 'other');
  mkdirSync(data);
  for (const room of [0, 8192, 65_536]) {
    small.fill(room);
    const server = await serve(data, ['--log-level', 'error']);
    const lines = server.stderr().trim().split('\n');
    const isSaid = lines.length === 1 && /\/other\/.*make room/.test(lines[0]!);
    if (server.url) await server.end('SIGKILL');
    else report.promise('a start on a full disk is refused on one line:', isSaid, lines);
    small.empty();
  }
}

function times(list: readonly number[]): string {
  const sorted = [...list].sort((a, b) => a - b);
  const seconds = (ms: number | undefined) => ((ms ?? 0) / 1000).toFixed(1);
  return `${seconds(sorted[sorted.length >> 1])} s (most: ${seconds(sorted.at(-1))})`;
}
