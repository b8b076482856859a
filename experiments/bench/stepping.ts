/** A thread of `bench env --threads`: steps one environment with random actions. */
import { parentPort, workerData } from 'node:worker_threads';
import { createRandom } from '../../sim/random.ts';
import { createEnvironment, getEnvironment } from '../../sim/registry.ts';
import { sampleInto } from '../../sim/spaces.ts';
import type { SteppingCommand, SteppingData, SteppingEvent } from './threads.ts';

/** Steps before the clock runs: compilers have warmed up. */
const WARM_UP = 500;

const port = parentPort!;
const { environmentId, environmentOptions, seed } = workerData as SteppingData;
const env = await createEnvironment(environmentId, environmentOptions);
const { trainSeeds } = getEnvironment(environmentId);
const random = createRandom(seed, 43);
const action = new Float32Array(env.actionSpace.size);
let episodes = 0;
let over = true;

function step(): void {
  if (over) env.reset(trainSeeds.start + ((seed + episodes++) % trainSeeds.count));
  over = env.step(sampleInto(env.actionSpace, random, action)).kind === 'last';
}

const post = (event: SteppingEvent) => port.postMessage(event);
port.on('message', ({ seconds }: SteppingCommand) => {
  const start = performance.now();
  let steps = 0;
  let now = start;
  while (now - start < seconds * 1000) {
    for (let i = 0; i < 20; i++) step();
    steps += 20;
    now = performance.now();
  }
  post({ type: 'done', stepsPerSecond: (1000 * steps) / (now - start) });
});
for (let i = 0; i < WARM_UP; i++) step();
post({ type: 'ready' });
