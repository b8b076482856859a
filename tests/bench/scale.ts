/**
 * `npx tsx tests/bench/scale.ts [actors]`: what many actors are to one learner, beside their steps (actors.ts): bytes of a
 * step, granting more, and signs of life. Processor time, of which other work on the machine takes nothing away.
 */
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import { CreditShares } from '../../server/actors/credit-shares.ts';
import { openLearnerLink } from '../../server/nats/learner-link.ts';
import { packSteps } from '../../server/nats/messages.ts';
import { createRandom } from '../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../agent/synthetic.ts';
import { createNats } from '../cluster/nats-server.ts';
import { ACTED_RUN } from '../contracts/actor-link.ts';
import { until } from '../e2e/helpers.ts';

const ACTORS = Number(process.argv[2] ?? 10_000);
const SECONDS = 6;
const GRANTS = 3000;

/** Processor time of this process, µs. */
function busy(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const episode = syntheticEpisode(syntheticSpec(259, 2), 250, createRandom(1));
for (const steps of [25, 250]) {
  const { length } = packSteps({ type: 'chunk', chunk: sliceEpisode(episode, 0, steps) });
  console.log(`a step of 259 floats in a chunk of ${steps}: ${(length / steps).toFixed(0)} bytes`);
}

const credit = new CreditShares(() => {});
for (let i = 0; i < ACTORS; i++) credit.join(`a${i}`);
credit.add(1e12);
const before = busy();
for (let i = 0; i < GRANTS; i++) credit.spent(`a${i % ACTORS}`, 250);
console.log(`granting more to one of ${ACTORS}: ${((busy() - before) / GRANTS).toFixed(1)} µs`);

const nats = await createNats();
await nats.start();
const link = await openLearnerLink({
  ...{ url: nats.url, run: ACTED_RUN, claim: undefined },
  troubles: { raise: console.error, clear: () => {} },
});
link.start(() => {});
link.credit(ACTORS);
const module = fileURLToPath(new URL('./fixtures/beating-process.ts', import.meta.url));
const beating = fork(module, [nats.url, ACTED_RUN.runId, String(ACTORS)], {
  execArgv: ['--import', 'tsx'],
});
await until('most actors', () => link.actors.length > 0.9 * ACTORS);
const [from, start] = [busy(), performance.now()];
await sleep(1000 * SECONDS);
const share = (busy() - from) / (1000 * (performance.now() - start));
console.log(
  `signs of life of ${link.actors.length} actors: ${(100 * share).toFixed(0)} % of a core`,
);
beating.kill('SIGKILL');
await link.close();
await nats.remove();
