/**
 * `npx tsx tests/bench/actors.ts [seconds] [rounds]`: four actor processes over NATS beside four threads, in turn, by
 * steps a second and by processor time of all that take part, of which other work on the machine takes nothing away; what
 * a learner takes from the stream; and how long a policy is on its way to all actors. Linux.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { PolicySnapshot } from '../../agent/contract.ts';
import { quantile } from '../../agent/evaluation/statistics.ts';
import { createActorData } from '../../server/actors/actor-data.ts';
import { ActorThreads } from '../../server/actors/actor-threads.ts';
import type { ActorLink } from '../../server/actors/link.ts';
import { openLearnerLink } from '../../server/nats/learner-link.ts';
import { createEnvironment } from '../../sim/registry.ts';
import { startActor } from '../cluster/actor-process.ts';
import { createNats } from '../cluster/nats-server.ts';
import { until } from '../e2e/helpers.ts';

const [SECONDS, ROUNDS] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 3)];
const ACTORS = 4;
const HIDDEN = 256;
const run = (runId: string) => ({
  ...{ runId, environmentId: 'driving', environmentOptions: {}, configHash: 'h', seed: 1 },
});
const env = await createEnvironment('driving', {});
const nats = await createNats();
await nats.start();
const median = (values: readonly number[]) =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/** Of the size that learners publish. */
function policy(version: number): PolicySnapshot {
  const sizes = [env.observationSpace.size, HIDDEN, HIDDEN, env.actionSpace.size];
  const { low, high, size } = env.actionSpace;
  return {
    version,
    layers: sizes.slice(1).map((outputs, i) => ({
      ...{ inputs: sizes[i]!, outputs, activation: i === 2 ? 'linear' : 'relu' },
      weights: new Float32Array(outputs * sizes[i]!).fill(1e-3),
      bias: new Float32Array(outputs),
    })),
    ...{ logStd: 'deterministic', squash: 'tanh', actionSpace: { low, high, size } },
  };
}

let steps = 0;
function begin(link: ActorLink): void {
  link.start((event) => {
    if (event.type === 'chunk') steps += event.chunk.to - event.chunk.from;
  });
  link.publish(policy(1));
  link.credit(1e9);
}

interface Rate {
  /** Steps a second. */
  readonly rate: number;
  /** Processor time of a step, µs. */
  readonly cost: number;
}

/** Processor time so far, s: of these processes, their threads included (proc(5): utime and stime, in 1/100 s). */
function busy(pids: readonly number[]): number {
  const times = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return times.reduce((sum, time) => sum + time, 0) / 100;
}

/** Once all act. */
async function rate(link: ActorLink, others: readonly number[]): Promise<Rate> {
  const pids = [process.pid, ...others];
  await until('all actors', () => link.actors.filter((actor) => actor.steps > 0).length === ACTORS);
  const [from, start, before] = [steps, performance.now(), busy(pids)];
  await sleep(1000 * SECONDS);
  const made = steps - from;
  return {
    rate: (1000 * made) / (performance.now() - start),
    cost: (1e6 * (busy(pids) - before)) / made,
  };
}

async function threads(round: number): Promise<Rate> {
  const data = createActorData(run(`threads-${round}`), 'bench');
  const link = new ActorThreads({
    count: ACTORS,
    data,
    onDeath: (_, d) => console.error(d.reason),
  });
  begin(link);
  const result = await rate(link, []);
  await link.close();
  await link.gone();
  return result;
}

const openLink = (runId: string) =>
  openLearnerLink({
    ...{ url: nats.url, run: run(runId), claim: undefined },
    troubles: { raise: console.error, clear: () => {} },
  });

async function processes(round: number): Promise<Rate & { delays: number[] }> {
  const runId = `nats-${round}`;
  const link = await openLink(runId);
  const actors = Array.from({ length: ACTORS }, () => startActor(nats.url, runId));
  begin(link);
  const pids = [nats.pid!, ...actors.map((actor) => actor.child.pid!)];
  const result = { ...(await rate(link, pids)), delays: await delays(link) };
  await Promise.all(actors.map((actor) => actor.end('SIGTERM')));
  await link.close();
  return result;
}

/** ms from a publication until steps by it have come from every actor. */
async function delays(link: ActorLink): Promise<number[]> {
  const list: number[] = [];
  for (let version = 2; version < 12; version++) {
    const start = performance.now();
    link.publish(policy(version));
    while (!link.actors.every((actor) => actor.policyVersion === version)) await sleep(2);
    list.push(performance.now() - start);
  }
  return list;
}

/** Transitions a second that a learner takes while a thread sends as fast as the broker acknowledges. */
async function stream(): Promise<number> {
  const link = await openLink('stream');
  let taken = 0;
  link.start((event) => {
    if (event.type === 'chunk') taken += event.chunk.to - event.chunk.from;
  });
  const boot = new URL('../../server/threads/worker-boot.mjs', import.meta.url);
  const module = new URL('./fixtures/sending-thread.ts', import.meta.url).href;
  const workerData = { module, memory: new Float64Array(2), url: nats.url, runId: 'stream' };
  const sender = new Worker(boot, { workerData });
  await until('the first', () => taken > 0);
  const [from, start] = [taken, performance.now()];
  await sleep(1000 * SECONDS);
  const result = (1000 * (taken - from)) / (performance.now() - start);
  await sender.terminate();
  await link.close();
  return result;
}

const ratios: number[] = [];
const costs: number[] = [];
const all: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const own = await threads(round);
  const remote = await processes(round);
  ratios.push(remote.rate / own.rate);
  costs.push(remote.cost / own.cost);
  all.push(...remote.delays);
  console.log(
    `4 threads ${own.rate.toFixed(0)} steps/s at ${own.cost.toFixed(0)} µs, 4 processes over NATS ${remote.rate.toFixed(0)} at ${remote.cost.toFixed(0)} µs`,
  );
}
console.log(
  `median ratio ${median(ratios).toFixed(2)}, of processor time ${median(costs).toFixed(2)}`,
);
console.log(
  `a policy reaches all actors after ${median(all).toFixed(0)} ms (median), ${Math.max(...all).toFixed(0)} ms (worst of ${all.length})`,
);
console.log(`the learner takes ${(await stream()).toFixed(0)} transitions/s of 259 floats`);
await nats.remove();
env.close();
