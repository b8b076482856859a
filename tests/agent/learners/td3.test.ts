import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { createTd3, type Td3Config } from '../../../agent/learners/td3.ts';
import { getPreset } from '../../../agent/presets/presets.ts';
import { createRandom } from '../../../sim/random.ts';
import { learnerContract } from '../../contracts/learner.ts';
import { syntheticSpec } from '../synthetic.ts';
import { randomBatch } from './batch.ts';
import { expectGradient } from './gradient-check.ts';
import { finalDistance, play, pointSpec } from './play.ts';

const humanTerms: Partial<Td3Config> = {
  humanShare: 0.5,
  bcWeight: 1,
  preferenceWeight: 0.5,
  proxyWeight: 1,
  conservativeWeight: 0.2,
  stopTdAtTakeover: true,
};

/** What the preset's losses are made of. */
function configOf(id: string): Partial<Td3Config> {
  return getPreset(id).learner.config as Partial<Td3Config>;
}

learnerContract(
  'td3 with every option',
  (spec, backend, random) =>
    createTd3(
      spec,
      {
        hidden: [16, 16],
        batchSize: 32,
        learningStarts: 100,
        layerNorm: true,
        normaliseObservations: true,
        ...humanTerms,
      },
      backend,
      random,
    ),
  ['onnx', 'wasm', 'cpu'],
);

describe('TD3', () => {
  it.each([
    ['wasm', {}],
    ['wasm', humanTerms],
    ['cpu', {}],
    ['cpu', { layerNorm: true }],
    ['cpu', humanTerms],
    ...['pvp', 'pvp4real', 'aim'].map((id) => ['cpu', configOf(id)] as const),
  ] as const)('[LEARN-40] gradients match finite differences on %s: %j', async (name, config) => {
    const backend = await loadBackend({ prefer: name });
    const random = createRandom(8);
    const n = 32;
    const td3 = createTd3(
      syntheticSpec(4, 2),
      { ...config, hidden: [12, 12], batchSize: n },
      backend,
      random,
    );
    const batch = randomBatch(n, 4, 2, random);
    const targets = Float32Array.from({ length: n }, () => 3 * random.normal());
    const { actor, critics } = td3.parts;
    const critic = () => td3.parts.criticLoss(batch, targets);
    for (const net of critics.nets) expectGradient(net, critic, critic, random);
    const loss = () => td3.parts.actorLoss(batch);
    expectGradient(actor, loss, loss, random);
    td3.dispose();
  });

  it('[LEARN-41] PVP4Real’s terms teach the person’s actions without any reward', async () => {
    const backend = await loadBackend({ prefer: 'wasm' });
    const random = createRandom(4);
    const td3 = createTd3(
      pointSpec(),
      {
        hidden: [32, 32],
        batchSize: 64,
        learningStarts: 50,
        learningRate: 2e-3,
        gamma: 0.9,
        explorationNoise: 0,
        rewardSource: 'none',
        humanShare: 0.5,
        proxyWeight: 1,
        bcWeight: 1,
        tdWeight: 1,
      },
      backend,
      random,
    );
    const before = finalDistance(td3);
    // The person takes over whenever the point strays, and lets go near the origin.
    for (let seed = 0; seed < 12; seed++) {
      const takesOver = (_: number, distance: number) => distance > 0.5;
      const episode = play(td3.snapshot(seed), seed, random, { expertActs: takesOver });
      td3.observe(episode, 0, episode.length);
      for (let i = 0; i < 50; i++) td3.update();
    }
    expect(before).toBeGreaterThan(0.8);
    expect(finalDistance(td3)).toBeLessThan(0.3);
    td3.dispose();
  });

  it('[LEARN-42] learns the point world from its reward', async () => {
    const backend = await loadBackend({ prefer: 'wasm' });
    const random = createRandom(4);
    const td3 = createTd3(
      pointSpec(),
      {
        hidden: [32, 32],
        batchSize: 64,
        learningStarts: 100,
        learningRate: 2e-3,
        gamma: 0.9,
        tau: 0.02,
        explorationNoise: 0.5,
      },
      backend,
      random,
    );
    for (let seed = 0; seed < 25; seed++) {
      const episode = play(td3.snapshot(seed), seed, random);
      td3.observe(episode, 0, episode.length);
      for (let i = 0; i < 50; i++) td3.update();
    }
    expect(finalDistance(td3)).toBeLessThan(0.25);
    td3.dispose();
  });
});
