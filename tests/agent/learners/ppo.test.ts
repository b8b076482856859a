import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type { RewardModel } from '../../../agent/contract.ts';
import { createPpoBatch } from '../../../agent/learners/parts/ppo-batch.ts';
import { estimateAdvantages } from '../../../agent/learners/parts/rollout.ts';
import { createPpo } from '../../../agent/learners/ppo.ts';
import { censoredLikelihood } from '../../../agent/nn/censored.ts';
import { createRandom } from '../../../sim/random.ts';
import { learnerContract } from '../../contracts/learner.ts';
import { syntheticSpec } from '../synthetic.ts';
import { expectGradient } from './gradient-check.ts';
import { finalDistance, play, pointSpec } from './play.ts';

learnerContract(
  'ppo',
  (spec, backend, random) =>
    createPpo(
      spec,
      {
        hidden: [16, 16],
        rolloutSteps: 128,
        minibatch: 32,
        epochs: 4,
        bcWeight: 1,
        entropyWeight: 0.01,
      },
      backend,
      random,
    ),
  ['wasm', 'cpu', 'onnx'],
);

/** Rewards −distance from the origin. */
const nearIsGood: RewardModel = {
  version: 1,
  predict(observations, _actions, n, out) {
    for (let i = 0; i < n; i++)
      out[i] = -Math.hypot(observations[2 * i]!, observations[2 * i + 1]!);
  },
  disagreement: (_observations, _actions, n, out) => void out.fill(0, 0, n),
  feedback() {},
  update: () => undefined,
  report: () => ({}),
  save: () => ({ meta: {}, arrays: {} }),
  load() {},
  dispose() {},
};

describe('PPO', async () => {
  it.each(['wasm', 'cpu', 'onnx'] as const)(
    '[LEARN-30] gradients match finite differences on %s',
    async (name) => {
      const backend = await loadBackend({ prefer: name });
      const random = createRandom(5);
      const n = 32;
      const ppo = createPpo(
        syntheticSpec(4, 2),
        { hidden: [12, 12], entropyWeight: 0.1, bcWeight: 0.5, initialLogStd: -0.3 },
        backend,
        random,
      );
      const { policy, value, logStd, logStdGradient } = ppo.parts;
      for (let i = 0; i < policy.parameters.length; i++)
        policy.parameters[i]! += 0.1 * random.normal();
      policy.changed();
      const batch = createPpoBatch(n, 4, 2);
      for (const column of [batch.observations, batch.advantages, batch.returns])
        for (let i = 0; i < column.length; i++) column[i] = random.normal();
      for (let i = 0; i < batch.actions.length; i++)
        batch.actions[i] = Math.min(1, Math.max(-1, random.normal())); // a third at a bound
      for (let i = 0; i < n; i++) {
        batch.oldLogProbs[i] = -2 + 0.5 * random.normal();
        batch.human[i] = i % 4 === 0 ? 1 : 0;
      }
      const policyLoss = () => ppo.parts.policyLoss(batch);
      // The clipped surrogate has kinks: a small step keeps most rows off them.
      expectGradient(policy, policyLoss, policyLoss, random, { step: 3e-4, tolerance: 0.06 });
      expectGradient(
        value,
        () => ppo.parts.valueLoss(batch),
        () => ppo.parts.valueLoss(batch),
        random,
      );
      for (let j = 0; j < 2; j++) {
        logStdGradient.fill(0);
        policyLoss();
        const analytic = logStdGradient[j]!;
        const kept = logStd[j]!;
        logStd[j] = kept + 1e-3;
        const plus = policyLoss();
        logStd[j] = kept - 1e-3;
        const slope = (plus - policyLoss()) / 2e-3;
        logStd[j] = kept;
        expect(Math.abs(analytic - slope)).toBeLessThan(0.01 + 0.06 * Math.abs(slope));
      }
      ppo.dispose();
    },
  );

  it('[LEARN-31] a clipped action stands for everything beyond the bound', () => {
    const out = { logProb: 0, dMean: 0, dLogStd: 0 };
    for (const [mean, logStd] of [
      [0.3, -0.5],
      [-2, 0.4],
      [3, -1],
    ] as const) {
      // Total probability: both tails and the density between them.
      let total = 0;
      for (const bound of [-1, 1]) {
        censoredLikelihood(bound, mean, logStd, out);
        total += Math.exp(out.logProb);
      }
      const cells = 20000;
      for (let i = 0; i < cells; i++) {
        censoredLikelihood(-1 + 2e-5 + ((i + 0.5) / cells) * (2 - 4e-5), mean, logStd, out);
        total += (Math.exp(out.logProb) * 2) / cells;
      }
      expect(total).toBeCloseTo(1, 3);
      for (const action of [-1, 0.2, 1]) {
        censoredLikelihood(action, mean, logStd, out);
        const { dMean, dLogStd } = out;
        const at = (m: number, s: number) => {
          censoredLikelihood(action, m, s, out);
          return out.logProb;
        };
        const h = 1e-4;
        expect(dMean).toBeCloseTo((at(mean + h, logStd) - at(mean - h, logStd)) / (2 * h), 2);
        expect(dLogStd).toBeCloseTo((at(mean, logStd + h) - at(mean, logStd - h)) / (2 * h), 2);
      }
    }
  });

  it('[LEARN-32] advantages: by hand, over interleaved episodes, bootstrapped at a time limit', () => {
    // Rows 0, 2 are one episode that is cut off by a time limit; 1, 3 another, which terminates.
    const rollout = {
      size: 4,
      next: Int32Array.of(2, 3, -1, -1),
      discounts: Float32Array.of(1, 1, 1, 0),
    };
    const out = new Float32Array(4);
    const rewards = Float32Array.of(1, 2, 3, 4);
    const values = Float32Array.of(10, 20, 30, 40);
    const nextValues = Float32Array.of(30, 40, 50, 60);
    estimateAdvantages(rollout, rewards, values, nextValues, 0.5, 0.5, out);
    const a2 = 3 + 0.5 * 50 - 30;
    const a3 = 4 - 40;
    expect([...out]).toEqual([
      1 + 0.5 * 30 - 10 + 0.25 * a2,
      2 + 0.5 * 40 - 20 + 0.25 * a3,
      a2,
      a3,
    ]);
  });

  it('[LEARN-33] learns to reach the origin of the point world', async () => {
    const backend = await loadBackend({ prefer: 'wasm' });
    const random = createRandom(2);
    const ppo = createPpo(
      pointSpec(),
      {
        hidden: [32, 32],
        rolloutSteps: 500,
        minibatch: 125,
        epochs: 10,
        learningRate: 3e-3,
        gamma: 0.9,
      },
      backend,
      random,
    );
    const before = finalDistance(ppo);
    for (let seed = 0; seed < 150; seed++) {
      const episode = play(ppo.snapshot(seed), seed, random);
      ppo.observe(episode, 0, episode.length);
      while (ppo.update());
    }
    expect(before).toBeGreaterThan(0.8);
    expect(finalDistance(ppo)).toBeLessThan(0.2);
    ppo.dispose();
  });

  it('[LEARN-35] waits for a model of the reward, and then learns what that one rewards', async () => {
    const backend = await loadBackend({ prefer: 'wasm' });
    const random = createRandom(2);
    const ppo = createPpo(
      pointSpec(),
      {
        hidden: [32, 32],
        rolloutSteps: 500,
        minibatch: 125,
        learningRate: 3e-3,
        gamma: 0.9,
        rewardSource: 'model',
      },
      backend,
      random,
    );
    const untrained = ppo.snapshot(0);
    let seed = 0;
    const observe = () => {
      const played = play(ppo.snapshot(seed), seed++, random);
      // The environment says the opposite of the model.
      const episode = { ...played, envRewards: played.envRewards.map((r) => -r) };
      ppo.observe(episode, 0, episode.length);
    };
    expect(ppo.stepsNeeded()).toBe(500);
    while (ppo.stepsNeeded() > 0) observe();
    expect(ppo.update()).toBeUndefined();
    expect(ppo.snapshot(0).layers).toEqual(untrained.layers);
    ppo.relabel(nearIsGood, 1);
    while (seed < 150) {
      while (ppo.update());
      observe();
    }
    expect(finalDistance(ppo)).toBeLessThan(0.2);
    ppo.dispose();
  });

  it('[LEARN-36] says which version of the reward model judged the round it is learning from', async () => {
    const backend = await loadBackend({ prefer: 'wasm' });
    const random = createRandom(3);
    const config = { hidden: [8], rolloutSteps: 100, minibatch: 50, epochs: 2 };
    const options = { ...config, rewardSource: 'model' } as const;
    const ppo = createPpo(pointSpec(), options, backend, random);
    const fill = () => {
      for (let seed = 0; ppo.stepsNeeded() > 0; seed++) {
        const episode = play(ppo.snapshot(0), seed, random);
        ppo.observe(episode, 0, episode.length);
      }
    };
    let version = 5;
    const model = {
      ...nearIsGood,
      get version() {
        return version;
      },
    };
    const step = () => {
      expect(ppo.relabel(model, 1)).toBe(true); // at any time
      expect(ppo.update()).toBeDefined();
      return ppo.rewardModelVersion();
    };
    fill();
    expect(step()).toBe(5);
    version = 6; // in the middle of the round
    expect([step(), step(), step()]).toEqual([5, 5, 5]);
    fill();
    expect(step()).toBe(6);
    ppo.dispose();
  });
});
