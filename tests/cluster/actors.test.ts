/** Actors in processes of their own, over a real NATS: the contract, and the end of either side. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isReplayable } from '../../agent/episode/replay.ts';
import type { ActorLink } from '../../server/actors/link.ts';
import { openBus } from '../../server/nats/bus.ts';
import { openLearnerLink } from '../../server/nats/learner-link.ts';
import type { RunRecord } from '../../server/nats/messages.ts';
import { PLATFORM } from '../../server/nats/record.ts';
import { subjectsOf } from '../../server/nats/subjects.ts';
import { ACTED_RUN, actorLinkContract, policy, Received } from '../contracts/actor-link.ts';
import { until } from '../e2e/helpers.ts';
import { type ActorProcess, startActor } from './actor-process.ts';
import { createNats, type NatsServer } from './nats-server.ts';

let nats: NatsServer;
beforeAll(async () => {
  nats = await createNats();
  await nats.start();
});
afterAll(() => nats.remove());

let runs = 0;
const actors: ActorProcess[] = [];
const nextRun = () => ({ ...ACTED_RUN, runId: `run-${++runs}` });
const start = (runId: string | undefined, ...more: readonly string[]) => {
  const actor = startActor(nats.url, runId, ...more);
  actors.push(actor);
  return actor;
};
const endAll = () => Promise.all(actors.splice(0).map((actor) => actor.end('SIGKILL')));

function open(run: typeof ACTED_RUN, troubles: string[] = []): Promise<ActorLink> {
  return openLearnerLink({
    ...{ url: nats.url, run, claim: undefined },
    troubles: { raise: (message) => troubles.push(message), clear: () => troubles.push('clear') },
  });
}

actorLinkContract('NATS', async () => {
  const run = nextRun();
  const link = await open(run);
  for (let i = 0; i < 2; i++) start(run.runId);
  return {
    link,
    async kill() {
      await actors.shift()!.end('SIGKILL');
      start(run.runId);
    },
    remove: async () => void (await endAll()),
  };
});

it('[MEM-12] [NATS-20] an actor looks through its memory less often where Node can begin anew, and gives it back', async () => {
  const run = nextRun();
  const link = await open(run);
  link.start(() => {});
  const { child } = start(run.runId);
  try {
    await until('the actor', () => link.actors.length === 1);
    const about = (what: string) => readFileSync(`/proc/${child.pid}/${what}`, 'utf8').split('\0');
    const isPossible = 'execve' in process;
    expect(about('cmdline').includes('--initial-old-space-size=64')).toBe(isPossible);
    expect(about('environ').includes('MALLOC_ARENA_MAX=2')).toBe(isPossible);
  } finally {
    await endAll();
    await link.close();
  }
});

describe('over NATS', () => {
  const links: ActorLink[] = [];
  afterEach(async () => {
    for (const link of links.splice(0)) await link.close();
    await endAll();
  });

  /** A link of a run that was started, and what came. */
  async function started(run: typeof ACTED_RUN, troubles?: string[]) {
    const link = await open(run, troubles);
    links.push(link);
    const received = new Received();
    link.start(received.hear);
    return { link, received };
  }

  it('[NATS-1] a broker that is killed in the middle and comes back loses no step, and none comes twice', async () => {
    const run = nextRun();
    const troubles: string[] = [];
    const { link, received } = await started(run, troubles);
    start(run.runId);
    link.publish(policy(1));
    for (let round = 1; round <= 3; round++) {
      link.credit(4000);
      await until('steps', () => received.total > 4000 * (round - 1) + 500);
      await nats.stop('SIGKILL');
      await until('word of it', () => /cannot be reached/.test(troubles.at(-1) ?? ''));
      await nats.start();
      await until('the steps', () => received.total >= 4000 * round);
      expect(received.total).toBeLessThan(4000 * round + 300);
      expect(troubles.at(-1)).toBe('clear');
    }
    // Every episode that ended came whole: nothing of it was lost on the way.
    const ended = received.chunks.filter(({ end }) => end !== 'open').map(({ id }) => id);
    await until('the last episode', () => received.episodes.length === ended.length);
    expect(new Set(received.episodes.map(({ id }) => id))).toEqual(new Set(ended));
  });

  it('[NATS-2] who takes a run has its actors, and is heard alone', async () => {
    const run = nextRun();
    const troubles: string[] = [];
    const first = await started(run, troubles);
    start(run.runId);
    first.link.publish(policy(1));
    first.link.credit(1000);
    await until('steps', () => first.received.total >= 1000);
    const second = await started(run);
    await until('the first knows', () => /Another learner/.test(troubles.at(-1) ?? ''));
    const { total } = first.received;
    first.link.publish(policy(9));
    first.link.credit(1000);
    second.link.publish(policy(2));
    second.link.credit(1000);
    await until('steps', () => second.received.total >= 1000);
    expect(second.received.versions()).toEqual(new Set([2]));
    expect(first.received.total).toBe(total);
    expect(first.link.actors).toEqual([]);
  });

  it('[NATS-2] a learner whose claim of the run is older than the one that acts is refused', async () => {
    const run = nextRun();
    const claimed = (claim: number) =>
      openLearnerLink({
        ...{ url: nats.url, run, claim },
        troubles: { raise: () => {}, clear: () => {} },
      });
    links.push(await claimed(4));
    await expect(claimed(3)).rejects.toThrow(
      /another learner has taken run .* \(4, this one is 3\)/,
    );
    links.push(await claimed(5));
  });

  it('[NATS-18] an actor leaves out poses where its learner plays episodes again bit by bit, and sends them to any other', async () => {
    for (const [platform, areSent] of [
      [PLATFORM, false],
      ['another', true],
    ] as const) {
      const run = nextRun();
      const { link, received } = await started(run);
      const bus = await openBus({ url: nats.url }, 'learner', 'test');
      const record: RunRecord = { epoch: 1, run, platform };
      await bus.js.publish(subjectsOf(run.runId).record, JSON.stringify(record));
      await bus.connection.close();
      start(run.runId);
      link.publish(policy(1));
      link.credit(500);
      const episode = await until('an episode', () => received.episodes[0]);
      expect(episode.poses.length > 0).toBe(areSent);
      expect(isReplayable(episode)).toBe(!areSent);
    }
  });

  it('[NATS-3] an actor that is asked to end sends what it made, says so, and ends in order', async () => {
    const run = nextRun();
    const { link, received } = await started(run);
    const actor = start(run.runId);
    link.publish(policy(1));
    link.credit(1e6);
    await until('steps', () => received.total > 500);
    expect(await actor.end('SIGTERM')).toBe(0);
    await until('it is gone', () => link.actors.length === 0);
    // Whole episodes came whole, and the next actor goes on with its credit.
    const before = received.total;
    start(run.runId);
    await until('steps of another', () => received.total > before + 500);
  });

  it('[NATS-4] several threads act in one process', async () => {
    const run = nextRun();
    const { link, received } = await started(run);
    start(run.runId, '--threads', '2');
    link.publish(policy(1));
    await until('both', () => link.count === 2);
    link.credit(3000);
    await until('steps', () => received.total >= 3000);
    const threads = new Set([...received.steps.keys()].map((id) => /-(r\d)-/.exec(id)![1]));
    expect(threads).toEqual(new Set(['r0', 'r1']));
  });

  it('[NATS-5] one line names the server or run that is not there, and the way out', async () => {
    const none = startActor('nats://127.0.0.1:1', 'run-1');
    await until('its end', () => none.child.exitCode !== null);
    expect(none.child.exitCode).toBe(2);
    expect(none.said()).toMatch(
      /^error: nats: nats:\/\/127\.0\.0\.1:1 cannot be used .*nats-server -js.*\n$/,
    );
    const unknown = startActor(nats.url, 'run-0');
    await until('its end', () => unknown.child.exitCode !== null);
    expect(unknown.child.exitCode).toBe(2);
    expect(unknown.said()).toMatch(/^error: run: run-0 has no learner .*reins serve --nats.*\n$/);
  });

  it('[NATS-13] an actor that is given no run waits for a learner; where there are several it names them', async () => {
    const server = await createNats(); // where nobody else learns
    await server.start();
    const actor = startActor(server.url, undefined);
    actors.push(actor);
    await until('it waits', () => /waiting for a learner/.test(actor.said()));
    const learn = async (run: typeof ACTED_RUN) => {
      const link = await openLearnerLink({
        ...{ url: server.url, run, claim: undefined },
        troubles: { raise: () => {}, clear: () => {} },
      });
      links.push(link);
      const received = new Received();
      link.start(received.hear);
      return { link, received };
    };
    try {
      const first = await learn(nextRun());
      first.link.publish(policy(1));
      first.link.credit(100);
      await until('steps', () => first.received.total >= 100);
      await learn(nextRun());
      const second = startActor(server.url, undefined);
      actors.push(second);
      await until('its end', () => second.child.exitCode !== null);
      expect(second.child.exitCode).toBe(2);
      expect(second.said()).toMatch(
        /error: run: is missing, .* give one of run-\d+, run-\d+ with --run\n$/,
      );
      for (const link of links.splice(0)) await link.close();
      await endAll();
    } finally {
      await server.remove();
    }
  });
});
