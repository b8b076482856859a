/**
 * Faults between learner, actors and broker, each REINS_FAULTS times (default 2): what was allowed is made, no step comes
 * twice (`Received` looks at each), and one learner is heard. The network between them is one of its own, which is cut.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import type { ActorLink } from '../../server/actors/link.ts';
import { openLearnerLink } from '../../server/nats/learner-link.ts';
import { ACTED_RUN, policy, Received } from '../contracts/actor-link.ts';
import { until } from '../e2e/helpers.ts';
import { openSmallDisk } from '../faults/small-disk.ts';
import { root } from '../setup/sources.ts';
import { type ActorProcess, startActor, startActorIn } from './actor-process.ts';
import { createNats, type NatsOptions } from './nats-server.ts';
import { createNetwork, type Network } from './network.ts';
import { rounds } from './rounds.ts';

const ROUNDS = rounds(2);
/** Steps that are allowed at once. */
const ALLOWED = 2000;

/** Undone in reverse order after each test. */
const undo: (() => unknown)[] = [];
async function undoAll(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}
afterEach(undoAll);

async function broker(options: NatsOptions = {}) {
  const nats = await createNats(options);
  undo.push(() => nats.remove());
  await nats.start();
  return nats;
}

function network(): Network {
  const made = createNetwork();
  undo.push(() => made.remove());
  return made;
}

interface Training {
  readonly link: ActorLink;
  readonly received: Received;
  readonly troubles: string[];
}

let runs = 0;
async function learn(url: string): Promise<Training & { readonly runId: string }> {
  const runId = `faults-${++runs}`;
  const troubles: string[] = [];
  const link = await openLearnerLink({
    ...{ url, run: { ...ACTED_RUN, runId }, claim: undefined },
    troubles: { raise: (message) => troubles.push(message), clear: () => troubles.push('clear') },
  });
  undo.push(() => link.close());
  const received = new Received();
  link.start(received.hear);
  link.publish(policy(1));
  return { link, received, troubles, runId };
}

/** @param runId undefined: of whichever learner comes */
function act(inside: readonly string[], url: string, runId: string | undefined): ActorProcess {
  const actor = startActorIn(inside, url, runId);
  undo.push(() => actor.end('SIGKILL'));
  return actor;
}

/**
 * Cuts the network while steps are made, until the learner no longer hears its actor, again and again. With an actor that
 * is not heard ends what it has begun: the rest of that is no one's, and as many steps are made again.
 */
async function cutAgainAndAgain({ link, received }: Training, { cut, mend }: Network) {
  for (let round = 1; round <= ROUNDS; round++) {
    const { total } = received;
    link.credit(ALLOWED);
    await until('steps', () => received.total > total + 100);
    cut();
    await until('the actor is gone', () => link.actors.length === 0);
    link.credit(ALLOWED);
    mend();
    await until('all steps', () => link.actors.length === 1 && link.awaited === 0);
    await until('what it had begun', () => received.open.size <= 1);
    const allowed = 2 * ALLOWED * round;
    expect(received.total).toBeGreaterThanOrEqual(allowed);
    expect(received.total).toBeLessThan(allowed + 300);
    const ended = received.chunks.filter(({ end }) => end === 'terminated' || end === 'truncated');
    await until('whole episodes', () => received.episodes.length === ended.length);
  }
}

it('[NATS-14] [NATS-17] a network that is cut between an actor and the broker: no step comes twice, and it goes on where it was', async () => {
  const between = network();
  const nats = await broker({ host: between.addresses.here });
  const training = await learn(nats.url);
  act(between.inside, nats.url, training.runId);
  await cutAgainAndAgain(training, between);
});

it('[NATS-14] a network that is cut between the learner and the broker: the same, and people are told', async () => {
  const between = network();
  const nats = await broker({ host: between.addresses.there, inside: between.inside });
  const training = await learn(nats.url);
  act(between.inside, nats.url, training.runId);
  await cutAgainAndAgain(training, between);
  between.cut();
  await until('word of it', () => /cannot be reached/.test(training.troubles.at(-1) ?? ''));
  between.mend();
  await until('it is over', () => training.troubles.at(-1) === 'clear');
});

it('[NATS-14] a learner that is cut off and overtaken is heard by nobody', async () => {
  for (let round = 1; round <= ROUNDS; round++) {
    const between = network();
    const nats = await broker({ host: between.addresses.there, inside: between.inside });
    const first = await learn(nats.url);
    act(between.inside, nats.url, first.runId);
    first.link.credit(ALLOWED);
    await until('steps', () => first.received.total > 100);
    between.cut();
    const second = secondLearner(between.inside, nats.url, first.runId);
    await until('steps of the second', () => second.said().total > 500);
    first.link.publish(policy(9));
    first.link.credit(ALLOWED);
    between.mend();
    await until('the first knows', () => first.troubles.some((t) => /Another learner/.test(t)));
    const { total } = first.received;
    const before = second.said().total;
    await until('more of the second', () => second.said().total > before + 500);
    expect(second.said().versions).toEqual([2]);
    expect(first.received.total).toBe(total);
    expect(first.link.actors).toEqual([]);
    await undoAll();
  }
});

it('[NATS-19] an actor that is killed again and again: what was allowed is made by those that follow, once', async () => {
  const nats = await broker();
  const { link, received, runId } = await learn(nats.url);
  let actor = act([], nats.url, runId);
  for (let round = 1; round <= ROUNDS; round++) {
    const { total } = received;
    link.credit(ALLOWED);
    await until('steps', () => received.total > total + 100);
    await actor.end('SIGKILL');
    actor = act([], nats.url, runId);
    await until('all steps', () => received.total >= ALLOWED * round && link.awaited === 0);
    await until('one actor', () => link.actors.length === 1);
    await until('the end of what it had begun', () => received.open.size <= 1);
    expect(received.total).toBeLessThan(ALLOWED * round + 300);
  }
});

it('[NATS-19] a learner that is killed again and again: the next one has its actor, which never ended', async () => {
  const nats = await broker();
  const runId = `faults-${++runs}`;
  let learner = secondLearner([], nats.url, runId);
  const actor = act([], nats.url, undefined);
  for (let round = 1; round <= ROUNDS; round++) {
    await until('steps', () => learner.said().total > 500);
    await learner.kill();
    learner = secondLearner([], nats.url, runId);
  }
  await until('steps of the last', () => learner.said().total > 500);
  expect(actor.child.exitCode).toBeNull();
});

interface Said {
  readonly total: number;
  readonly versions: readonly number[];
}

interface LearnerProcess {
  said(): Said;
  /** `kill -9`; resolves once it is gone. */
  kill(): Promise<void>;
}

function secondLearner(inside: readonly string[], url: string, runId: string): LearnerProcess {
  const module = 'tests/cluster/fixtures/learner-process.ts';
  const words = [...inside, process.execPath, '--import', 'tsx', module, url, runId];
  const child = spawn(words[0]!, words.slice(1), {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  undo.push(() => child.kill('SIGKILL'));
  let said: Said = { total: 0, versions: [] };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const last = text.trim().split('\n').at(-1)!;
    said = JSON.parse(last) as Said;
  });
  const ended = once(child, 'exit');
  return {
    said: () => said,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

it('[NATS-15] a full disk of the broker takes no step and no policy away, and after its restart they go on', async () => {
  const disk = openSmallDisk(400);
  undo.push(() => disk.remove());
  const nats = await broker({ store: disk.path });
  const { link, received, runId } = await learn(nats.url);
  const actor = startActor(nats.url, runId);
  undo.push(() => actor.end('SIGKILL'));
  let version = 1;
  for (let round = 1; round <= ROUNDS; round++) {
    const { total } = received;
    link.credit(ALLOWED);
    await until('steps', () => received.total > total + 100);
    disk.fill(0, nats.pid);
    link.publish(policy(++version));
    link.credit(ALLOWED);
    await until('all steps', () => received.total >= 2 * ALLOWED * round);
    expect(received.versions()).toContain(version);
    disk.empty(nats.pid);
    await nats.stop('SIGKILL'); // 2.9 answers nothing more about its streams, nor to SIGTERM
    await nats.start();
    expect(received.total).toBeLessThan(2 * ALLOWED * round + 300);
  }
});
