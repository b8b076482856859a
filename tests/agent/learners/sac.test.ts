import { describe, expect, it, test } from 'vitest';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type { Feedback, RewardModel } from '../../../agent/contract.ts';
import { createTemperature } from '../../../agent/learners/parts/temperature.ts';
import { createSac, type SacConfig } from '../../../agent/learners/sac.ts';
import { createRandom } from '../../../sim/random.ts';
import { learnerContract } from '../../contracts/learner.ts';
import { installedBackends } from '../../setup/backends.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { randomBatch } from './batch.ts';
import { expectGradient } from './gradient-check.ts';
import { finalDistance, play, pointSpec } from './play.ts';

const everything: Partial<SacConfig> = {
  hidden: [16, 16],
  batchSize: 32,
  learningStarts: 100,
  criticSteps: 2,
  targetEvery: 2,
  layerNorm: true,
  normaliseObservations: true,
  humanShare: 0.5,
  bcWeight: 1,
  preferenceWeight: 0.5,
  proxyWeight: 1,
  conservativeWeight: 0.1,
  stopTdAtTakeover: true,
  takeoverCostWeight: 1,
};

learnerContract(
  'sac with every option',
  (spec, backend, random) => createSac(spec, everything, backend, random),
  ['onnx', 'wasm', 'cpu'],
);

describe.each(await installedBackends())('SAC losses on %s', (name) => {
  const variants: Record<string, Partial<SacConfig>> = {
    plain: {},
    'layer norm': { layerNorm: true },
    'people’s steps': {
      bcWeight: 0.7,
      preferenceWeight: 0.5,
      proxyWeight: 0.8,
      conservativeWeight: 0.3,
      stopTdAtTakeover: true,
      takeoverCostWeight: 0.6,
    },
  };
  it.each(Object.keys(variants))(
    '[LEARN-20] gradients match finite differences: %s',
    async (key) => {
      const backend = await loadBackend({ prefer: name });
      const random = createRandom(8);
      const n = 32;
      const config = { hidden: [12, 12], batchSize: n, initialTemperature: 0.4, ...variants[key] };
      const sac = createSac(syntheticSpec(4, 2), config, backend, random);
      const batch = randomBatch(n, 4, 2, random);
      const noise = Float32Array.from({ length: n * 2 }, () => random.normal());
      const targets = Float32Array.from({ length: n }, () => 3 * random.normal());
      const { actor, critics, takeover } = sac.parts;
      sac.parts.targets(batch, noise, new Float32Array(n)); // also the takeover cost's
      const critic = () => sac.parts.criticLoss(batch, targets);
      for (const net of [...critics.nets, ...(takeover?.critics.nets ?? [])])
        expectGradient(net, critic, critic, random);
      const loss = () => sac.parts.actorLoss(batch, noise);
      expectGradient(actor, loss, loss, random);
      for (const net of critics.nets) {
        net.gradients.fill(0);
        loss();
        expect(net.gradients.every((g) => g === 0)).toBe(true); // the actor's loss leaves critics alone
      }
      sac.dispose();
    },
  );
});

test('[LEARN-20] the temperature’s gradient matches finite differences, its sign the entropy’s', () => {
  const { logValue, gradient, loss } = createTemperature(0.4, 1e-3, -3);
  for (const meanLogProb of [-2, 0.5, 2.5, 5]) {
    const start = logValue[0]!;
    const at = (by: number) => {
      logValue[0] = start + by;
      return loss(meanLogProb);
    };
    const slope = (at(0.125) - at(-0.125)) / 0.25;
    logValue[0] = start;
    loss(meanLogProb);
    expect(gradient[0]).toBeCloseTo(slope, 5);
    // Less entropy than wanted, log π above 3: descending the gradient raises the temperature.
    expect(Math.sign(-gradient[0]!)).toBe(Math.sign(meanLogProb - 3));
  }
});

describe('SAC', async () => {
  const backend = await loadBackend({ prefer: 'wasm' });
  const fast = { hidden: [32, 32], batchSize: 64, learningStarts: 64, actorLearningRate: 3e-3 };
  const spec = syntheticSpec(3, 1);
  /** Best action in the environment's units, [-2, 3]. */
  const best = (observation: Float32Array) => 0.5 + 1.5 * Math.tanh(observation[0]!);

  function worstError(sac: ReturnType<typeof createSac>): number {
    const policy = createPolicy(sac.snapshot(1), createRandom(1));
    const random = createRandom(77);
    const out = new Float32Array(1);
    let sum = 0;
    for (let i = 0; i < 100; i++) {
      const observation = Float32Array.from({ length: 3 }, () => random.normal());
      policy.act(observation, out, 'mean');
      sum += Math.abs(out[0]! - best(observation));
    }
    return sum / 100;
  }

  it('[LEARN-21] finds the best action of a contextual bandit from random behaviour', () => {
    const random = createRandom(3);
    const sac = createSac(spec, { ...fast, gamma: 0, criticLearningRate: 3e-3 }, backend, random);
    const behave = (o: Float32Array, a: Float32Array) => -((a[0]! - best(o)) ** 2);
    sac.observe(syntheticEpisode(spec, 2000, random, { behave }), 0, 2000);
    const before = worstError(sac);
    for (let i = 0; i < 500; i++) sac.update();
    expect(before).toBeGreaterThan(0.5);
    expect(worstError(sac)).toBeLessThan(0.25);
    sac.dispose();
  });

  it('[LEARN-22] rewards come from the reward model and follow it when it changes', () => {
    const random = createRandom(3);
    const sac = createSac(
      spec,
      { ...fast, gamma: 0, criticLearningRate: 3e-3, rewardSource: 'model' },
      backend,
      random,
    );
    let sign = 1;
    const model = {
      version: 1,
      predict: (o: Float32Array, a: Float32Array, n: number, out: Float32Array) => {
        for (let i = 0; i < n; i++)
          out[i] = -sign * (a[i]! - best(o.subarray(i * 3, i * 3 + 3))) ** 2;
      },
    } as RewardModel & { version: number };
    sac.observe(syntheticEpisode(spec, 1000, random), 0, 1000);
    let slices = 1;
    while (!sac.relabel(model, 300)) slices++;
    expect(slices).toBe(4);
    sac.observe(syntheticEpisode(spec, 1000, random), 0, 1000); // labelled at the next update
    for (let i = 0; i < 500; i++) sac.update();
    expect(worstError(sac)).toBeLessThan(0.3);
    sign = -1;
    model.version = 2;
    expect(sac.relabel(model, 5000)).toBe(true);
    for (let i = 0; i < 400; i++) sac.update();
    expect(worstError(sac)).toBeGreaterThan(1);
    sac.dispose();
  });

  it('[LEARN-23] imitates people’s steps, and not those that were taken back', () => {
    const random = createRandom(3);
    const config = { ...fast, bcWeight: 1, humanShare: 0.5, rewardSource: 'none' as const };
    const sac = createSac(spec, { ...config, autoTemperature: false }, backend, random);
    const human = (right: boolean) => (o: Float32Array, a: Float32Array) => {
      a[0] = right ? best(o) : -2;
      return 0;
    };
    const length = 400;
    const good = syntheticEpisode(spec, length, random, {
      id: 'good',
      behave: human(true),
      human: [0, length],
    });
    const bad = syntheticEpisode(spec, length, random, {
      id: 'bad',
      behave: human(false),
      human: [0, length],
    });
    sac.observe(good, 0, length);
    sac.observe(bad, 0, length);
    const base = {
      runId: 'r',
      teacherId: 't',
      shownAt: 0,
      answeredAt: 0,
      receivedAt: 0,
      responseMs: 0,
    };
    const episodes = { get: () => undefined };
    const override: Feedback = {
      ...base,
      id: 'o',
      kind: 'override',
      episodeId: 'bad',
      from: 0,
      to: length,
    };
    sac.feedback(override, episodes);
    sac.feedback({ ...base, id: 'u', kind: 'retraction', feedbackId: 'o' }, episodes);
    for (let i = 0; i < 300; i++) sac.update();
    expect(worstError(sac)).toBeLessThan(0.25);
    sac.dispose();
  });

  it('[LEARN-25] learns the point world from its reward, bootstrapping past the time limit', () => {
    const random = createRandom(4);
    const config = {
      hidden: [32, 32],
      batchSize: 64,
      learningStarts: 100,
      actorLearningRate: 2e-3,
      criticLearningRate: 2e-3,
      gamma: 0.9,
      tau: 0.02,
    };
    const sac = createSac(pointSpec(), config, backend, random);
    const before = finalDistance(sac);
    for (let seed = 0; seed < 20; seed++) {
      const episode = play(sac.snapshot(seed), seed, random);
      sac.observe(episode, 0, episode.length);
      for (let i = 0; i < 50; i++) sac.update();
    }
    expect(before).toBeGreaterThan(0.8);
    expect(finalDistance(sac)).toBeLessThan(0.25);
    sac.dispose();
  });

  it('[LEARN-24] a bad configuration is refused with name, value and range', () => {
    const make = (config: Partial<SacConfig>) => () =>
      createSac(spec, config, backend, createRandom(1));
    expect(make({ batchSize: 0 })).toThrow('sac.batchSize: is 0, allowed whole numbers 1 to 65536');
    expect(make({ humanShare: 2 })).toThrow('sac.humanShare: is 2, allowed 0 to 1');
    expect(make({ reactionSeconds: -1 })).toThrow('sac.reactionSeconds: is -1, allowed 0 to 10');
    expect(make({ reactionSeconds: 11 })).toThrow('sac.reactionSeconds: is 11, allowed 0 to 10');
    const restFrom = 'elsewhere' as 'all';
    expect(make({ restFrom })).toThrow('sac.restFrom: is "elsewhere", allowed all, undisturbed');
    expect(make({ initialTemperature: 0 })).toThrow(/sac.initialTemperature: is 0/);
  });
});
