/** The rollout thread as the server starts it. */
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import type { PolicySnapshot } from '../../../agent/contract.ts';
import { replay } from '../../../agent/episode/replay.ts';
import type { RolloutCommand, RolloutEvent } from '../../../server/actors/messages.ts';
import { createEnvironment } from '../../../sim/registry.ts';
import { until } from '../../e2e/helpers.ts';

const env = await createEnvironment('driving', {});
env.reset(5);
const boot = new URL('../../../server/threads/worker-boot.mjs', import.meta.url);
const module = new URL('../../../server/actors/rollout.ts', import.meta.url).href;
const worker = new Worker(boot, {
  workerData: {
    module,
    memory: new Float64Array(2),
    actor: 'r0',
    runId: 'run',
    environmentId: 'driving',
    environmentOptions: {},
    configHash: 'h',
    seed: 1,
    session: 's',
  },
});
const events: RolloutEvent[] = [];
worker.on('message', (event: RolloutEvent) => events.push(event));
afterAll(async () => {
  await worker.terminate();
  env.close();
});
const send = (command: RolloutCommand) => worker.postMessage(command);

/** Always the same action, whatever it sees. */
function always(version: number, action: readonly number[]): PolicySnapshot {
  const inputs = env.observationSpace.size;
  return {
    version,
    layers: [
      {
        inputs,
        outputs: 2,
        activation: 'linear',
        weights: new Float32Array(2 * inputs),
        bias: Float32Array.from(action),
      },
    ],
    logStd: 'deterministic',
    squash: 'none',
    actionSpace: { low: env.actionSpace.low, high: env.actionSpace.high, size: 2 },
  };
}

it('[CF-9] a counterfactual is rolled by the policy it comes with, not the newest, and says how it ended', async () => {
  send({ type: 'snapshot', snapshot: always(8, [0, -1]) });
  send({
    type: 'counterfactual',
    id: 'e-cf0',
    of: { episodeId: 'e', step: 0 },
    seed: 5,
    state: env.saveState(),
    snapshot: always(7, [1, 1]),
    steps: 100,
  });
  const told = await until('the counterfactual', () =>
    events.find((e) => e.type === 'counterfactual'),
  );
  const { episode } = told;
  expect(new Set(episode.policyVersions)).toEqual(new Set([7]));
  expect([...episode.actions.subarray(0, 2)]).toEqual([1, 1]);
  expect(episode).toMatchObject({ id: 'e-cf0', end: 'terminated' });
  expect(told.endReason).toBe('outOfRoad'); // full lock, full throttle
  expect(told.predictions).toBeUndefined();
});

it('[CF-10] it predicts from every step of a takeover when asked to', async () => {
  const taken = {
    actions: Float32Array.of(0, 1, 0, 1, 0, 1),
    policyActions: Float32Array.of(1, 1, -1, 1, 0, -1),
    policyVersions: Uint32Array.of(7, 7, 8),
  };
  const state = env.saveState();
  send({
    type: 'counterfactual',
    id: 'e-cf9',
    of: { episodeId: 'e', step: 9 },
    seed: 5,
    state,
    snapshot: always(7, [1, 1]),
    steps: 10,
    predict: { taken, steps: 4 },
  });
  const told = await until('the predictions', () =>
    events.find((e) => e.type === 'counterfactual' && e.id === 'e-cf9'),
  );
  if (told.type !== 'counterfactual') throw new Error('unreachable');
  const { episode, segments } = told.predictions!;
  expect(segments.map((s) => [s.from, s.to])).toEqual([
    [0, 4],
    [4, 8],
    [8, 12],
  ]);
  expect([...episode.policyVersions]).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 8, 8, 8, 8]);
  const d = env.observationSpace.size;
  let ts = env.loadState(state);
  for (const [i, { from }] of segments.entries()) {
    expect(episode.observations.subarray(from * d, (from + 1) * d)).toEqual(ts.observation);
    ts = env.step(taken.actions.subarray(2 * i, 2 * i + 2));
  }
});

it('[LINK-11] it plays an episode again for its poses, and says where the episode goes another way', async () => {
  send({ type: 'snapshot', snapshot: always(9, [1, 1]) });
  send({ type: 'credit', steps: 2000 });
  const { episode } = await until('an episode', () => events.find((e) => e.type === 'episode'));
  expect(episode.poses.length).toBeGreaterThan(0);
  const bare = { ...episode, poses: new Float32Array(0) };
  send({ type: 'replay', episode: bare });
  const { drawing } = await until('poses', () => events.find((e) => e.type === 'replayed'));
  expect(drawing!.poses).toEqual(episode.poses);
  send({ type: 'replay', episode: { ...bare, id: 'other', seed: episode.seed + 1 } });
  const told = await until('word', () =>
    events.find((e) => e.type === 'replayed' && e.episodeId === 'other'),
  );
  expect(told).toMatchObject({ drawing: undefined });
  expect(replay(env, bare)!.poses).toEqual(episode.poses);
});
