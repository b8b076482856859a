import { describe, expect, it } from 'vitest';
import { createGate, quantile } from '../../../agent/acting/gate.ts';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { createBc } from '../../../agent/learners/bc.ts';
import { createDagger } from '../../../agent/learners/dagger.ts';
import { createRandom } from '../../../sim/random.ts';
import { learnerContract } from '../../contracts/learner.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { randomBatch } from './batch.ts';
import { expectGradient } from './gradient-check.ts';
import { finalDistance, play, pointSpec } from './play.ts';

const small = { hidden: [16, 16], batchSize: 32, learningStarts: 50 };

learnerContract(
  'bc',
  (spec, backend, random) =>
    createBc(spec, { ...small, weightDecay: 0.01, normaliseObservations: true }, backend, random),
  ['wasm', 'cpu', 'onnx'],
);
learnerContract(
  'dagger, ensemble with robot share',
  (spec, backend, random) =>
    createDagger(spec, { ...small, members: 3, robotShare: 0.5, reach: true }, backend, random),
  ['wasm', 'cpu', 'onnx'],
);

describe('imitation', async () => {
  const backend = await loadBackend({ prefer: 'wasm' });

  it.each(['wasm', 'cpu', 'onnx'] as const)(
    '[LEARN-50] gradients match finite differences on %s',
    async (name) => {
      const other = await loadBackend({ prefer: name });
      const random = createRandom(3);
      const spec = syntheticSpec(4, 2);
      const batch = randomBatch(32, 4, 2, random);
      const bc = createBc(spec, small, other, random);
      const bcLoss = () => bc.parts.loss(batch);
      expectGradient(bc.parts.actor, bcLoss, bcLoss, random);
      const dagger = createDagger(
        spec,
        { ...small, members: 2, robotShare: 0.5, reach: true },
        other,
        random,
      );
      for (const [i] of batch.slots.entries()) batch.slots[i] = i;
      const loss = () => dagger.parts.loss(batch, 1);
      expectGradient(dagger.parts.members[1]!, loss, loss, random);
      const reached = Float32Array.from({ length: 32 }, () => random.next());
      const reach = dagger.parts.reach!;
      const risk = () => reach.loss(batch, reached);
      for (const net of reach.critics.nets) expectGradient(net, risk, risk, random);
      bc.dispose();
      dagger.dispose();
    },
  );

  it('[LEARN-51] BC and HG-DAgger drive to the origin after watching the expert', () => {
    for (const make of [createBc, createDagger]) {
      const random = createRandom(6);
      const learner = make(
        pointSpec(),
        { hidden: [32, 32], batchSize: 64, learningStarts: 10, learningRate: 2e-3 },
        backend,
        random,
      );
      const before = finalDistance(learner);
      for (let seed = 0; seed < 8; seed++) {
        const expertActs = (_: number, distance: number) => seed < 2 || distance > 0.4;
        const episode = play(learner.snapshot(seed), seed, random, { expertActs });
        learner.observe(episode, 0, episode.length);
        for (let i = 0; i < 60; i++) learner.update();
      }
      expect(before).toBeGreaterThan(0.8);
      expect(finalDistance(learner)).toBeLessThan(0.3);
      learner.dispose();
    }
  });

  it('[LEARN-52] the ensemble’s snapshot acts as the mean of its members', () => {
    const random = createRandom(6);
    const spec = syntheticSpec(5, 2);
    const dagger = createDagger(spec, { ...small, members: 4 }, backend, random);
    const observation = Float32Array.from({ length: 5 }, () => random.normal());
    const out = new Float32Array(2);
    createPolicy(dagger.snapshot(0), random).act(observation, out, 'mean');
    const mean = [0, 0];
    backend.tf.tidy(() => {
      for (const net of dagger.parts.members) {
        const { output } = net.forward(backend.upload(observation, [1, 1, 5]), 1);
        for (let j = 0; j < 2; j++) mean[j]! += output[j]! / 4;
      }
    });
    for (let j = 0; j < 2; j++) expect(out[j]).toBeCloseTo(-2 + 2.5 * (1 + mean[j]!), 5);
    dagger.dispose();
  });

  it('[LEARN-53] the gate asks in unknown places and hands back to a person who agrees', () => {
    const random = createRandom(6);
    const spec = syntheticSpec(3, 1);
    const config = {
      hidden: [24, 24],
      batchSize: 64,
      learningStarts: 50,
      members: 5,
      robotShare: 0.5,
    };
    const dagger = createDagger(
      spec,
      { ...config, learningRate: 2e-3, targetRate: 0.05 },
      backend,
      random,
    );
    const behave = (o: Float32Array, a: Float32Array) => {
      a[0] = 0.5 + Math.sin(3 * o[0]!) * Math.cos(2 * o[1]!);
      return 0;
    };
    dagger.observe(syntheticEpisode(spec, 600, random, { behave, human: [0, 300] }), 0, 600);
    expect(dagger.gate()).toBeUndefined();
    for (let i = 0; i < 300; i++) dagger.update();
    const gate = createGate(dagger.gate()!);
    const policy = createPolicy(dagger.snapshot(1), random);
    const asks = (scale: number) => {
      let count = 0;
      const action = new Float32Array(1);
      for (let i = 0; i < 300; i++) {
        const observation = Float32Array.from({ length: 3 }, () => scale * random.normal());
        policy.act(observation, action, 'mean');
        if (gate.shouldAsk(observation, action)) count++;
      }
      return count / 300;
    };
    expect(asks(1)).toBeLessThan(0.15);
    expect(asks(6)).toBeGreaterThan(3 * asks(1) + 0.2);
    const here = new Float32Array(3);
    expect(gate.mayHandBack(here, Float32Array.of(0.5), Float32Array.of(0.5))).toBe(true);
    expect(gate.mayHandBack(here, Float32Array.of(0.5), Float32Array.of(-1.5))).toBe(false);
    expect(quantile(Float32Array.of(3, 1, 2, 9), 3, 0.5)).toBe(2);
    dagger.dispose();
  });

  it('[LEARN-54] the risk critic learns where the goal is reached from, and the gate asks elsewhere', () => {
    const random = createRandom(6);
    const spec = syntheticSpec(2, 1);
    const config = { hidden: [24, 24], batchSize: 64, learningStarts: 20, members: 2, reach: true };
    const dagger = createDagger(
      spec,
      { ...config, learningRate: 2e-3, robotShare: 0.5, targetRate: 0.3 },
      backend,
      random,
    );
    // One-step episodes that end solved exactly where the first number is positive.
    for (let i = 0; i < 300; i++) {
      const human: [number, number] = [0, i % 3 === 0 ? 1 : 0];
      const episode = syntheticEpisode(spec, 1, random, { id: `e${i}`, end: 'terminated', human });
      episode.successes[0] = episode.observations[0]! > 0 ? 1 : 0;
      dagger.observe(episode, 0, 1);
    }
    for (let i = 0; i < 500; i++) dagger.update();
    const gate = createGate({ ...dagger.gate()!, askAbove: Number.POSITIVE_INFINITY });
    const action = Float32Array.of(0);
    const safe = Float32Array.of(1, 0);
    const lost = Float32Array.of(-1, 0);
    expect(gate.reach(safe, action)).toBeGreaterThan(0.8);
    expect(gate.reach(lost, action)).toBeLessThan(0.2);
    expect(gate.shouldAsk(safe, action)).toBe(false);
    expect(gate.shouldAsk(Float32Array.of(-2, 0), action)).toBe(true);
    expect(gate.mayHandBack(lost, action, action)).toBe(false);
    dagger.dispose();
  });
});
