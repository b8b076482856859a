/** Actors in threads: the contract. */
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll } from 'vitest';
import { createActorData } from '../../../server/actors/actor-data.ts';
import { ActorThreads } from '../../../server/actors/actor-threads.ts';
import { ACTED_RUN, actorLinkContract } from '../../contracts/actor-link.ts';

const workers: Worker[] = [];
const watch = (worker: Worker) => workers.push(worker);
beforeAll(() => process.on('worker', watch));
afterAll(() => process.off('worker', watch));

actorLinkContract('threads', async () => {
  workers.length = 0;
  const data = createActorData(ACTED_RUN, 'test');
  return {
    link: new ActorThreads({ count: 2, data, onDeath: () => {} }),
    kill: async () => void (await workers[0]!.terminate()),
    remove: async () => {},
  };
});
