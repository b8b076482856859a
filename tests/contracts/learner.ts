/** The learner contract as tests: every learner passes it on the portable backends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPolicy } from '../../agent/acting/policy.ts';
import { type Backend, type BackendName, loadBackend } from '../../agent/backend/backend.ts';
import type {
  EnvironmentSpec,
  Episode,
  EpisodeSource,
  Feedback,
  Learner,
} from '../../agent/contract.ts';
import { createRandom, type Random } from '../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../agent/synthetic.ts';

export type MakeLearner = (spec: EnvironmentSpec, backend: Backend, random: Random) => Learner;

const noEpisodes: EpisodeSource = { get: () => undefined };

/** `make` must build a learner that updates after 200 steps, 60 of them a person's. */
export function learnerContract(name: string, make: MakeLearner, backends: BackendName[]): void {
  describe.each(backends)(`${name} keeps the learner contract on %s`, (backendName) => {
    const spec = syntheticSpec(5, 2);
    let backend: Backend;
    let before = 0;
    beforeAll(async () => {
      backend = await loadBackend({ prefer: backendName });
      before = backend.tf.memory().numTensors;
    }, 60_000);
    afterAll(() => expect(backend.tf.memory().numTensors).toBe(before));

    const fed = (seed: number): Learner => {
      const learner = make(spec, backend, createRandom(seed));
      for (const episode of experience()) {
        learner.observe(episode, 0, 50);
        learner.observe(episode, 50, episode.length);
      }
      const episodes = new Map(experience().map((episode) => [episode.id, episode]));
      for (const event of lessons()) learner.feedback(event, { get: (id) => episodes.get(id) });
      return learner;
    };

    it('[LEARN-10] has a policy before the first update and none to give for too little data', () => {
      const learner = make(spec, backend, createRandom(1));
      expect(learner.update()).toBeUndefined();
      const out = new Float32Array(2);
      createPolicy(learner.snapshot(0), createRandom(1)).act(new Float32Array(5), out, 'sample');
      for (const a of out) expect(a >= -2 && a <= 3).toBe(true);
      learner.dispose();
    });

    it('[LEARN-11] updates change the policy and report finite metrics', () => {
      const learner = fed(1);
      const first = weights(learner);
      for (let i = 0; i < 5; i++) {
        const metrics = learner.update();
        expect(metrics).toBeDefined();
        for (const [key, value] of Object.entries(metrics!))
          expect(Number.isFinite(value), key).toBe(true);
      }
      expect(weights(learner)).not.toEqual(first);
      expect(learner.snapshot(7).version).toBe(7);
      learner.dispose();
    });

    it('[LEARN-12] holds on to no tensors: their number does not grow with updates', () => {
      const learner = fed(1);
      learner.update();
      const { numTensors, numBytes } = backend.tf.memory();
      for (let i = 0; i < 6; i++) learner.update();
      expect(backend.tf.memory().numTensors).toBe(numTensors);
      expect(backend.tf.memory().numBytes).toBe(numBytes);
      learner.dispose();
    });

    it('[LEARN-13] the same seed and log give the same weights', () => {
      const [a, b, other] = [fed(4), fed(4), fed(5)];
      for (const learner of [a, b, other]) for (let i = 0; i < 4; i++) learner.update();
      expect(weights(a)).toEqual(weights(b));
      expect(weights(a)).not.toEqual(weights(other));
      for (const learner of [a, b, other]) learner.dispose();
    });

    it('[LEARN-14] a restored checkpoint goes on exactly as the original', () => {
      const original = fed(2);
      for (let i = 0; i < 3; i++) original.update();
      const saved = original.save();
      const meta = JSON.parse(JSON.stringify(saved.meta)) as typeof saved.meta;
      const restored = make(spec, backend, createRandom(99));
      restored.load({ meta, arrays: saved.arrays });
      expect(weights(restored)).toEqual(weights(original));
      for (let i = 0; i < 3; i++) expect(restored.update()).toEqual(original.update());
      expect(weights(restored)).toEqual(weights(original));
      original.dispose();
      restored.dispose();
    });

    it('[LEARN-15] a checkpoint of another learner is refused by name', () => {
      const learner = fed(2);
      const { arrays, meta } = learner.save();
      expect(() => learner.load({ arrays, meta: { ...meta, learner: 'other' } })).toThrow(
        /checkpoint.learner: is other, expected/,
      );
      learner.dispose();
    });

    it('[LEARN-95] starts from a policy: does what that does, before and after it goes through a checkpoint', () => {
      const taught = fed(1);
      for (let i = 0; i < 3; i++) taught.update();
      const policy = taught.snapshot(0);
      const started = make(spec, backend, createRandom(7));
      expect(weights(started)).not.toEqual(weights(taught));
      started.start(policy);
      expectSamePolicy(started, taught);
      for (const episode of experience()) started.observe(episode, 0, episode.length);
      expectSamePolicy(started, taught); // statistics of observations are the policy's
      const { meta, arrays } = started.save();
      const restored = make(spec, backend, createRandom(99));
      restored.load({ meta: JSON.parse(JSON.stringify(meta)) as typeof meta, arrays });
      expectSamePolicy(restored, taught);
      const longer = [...policy.layers.slice(0, 1), ...policy.layers];
      expect(() => started.start({ ...policy, layers: longer })).toThrow(
        /^(learner.hidden|policy): .*(start from it with|allowed)/,
      );
      for (const learner of [taught, started, restored]) learner.dispose();
    });

    it('[LEARN-16] takes every kind of feedback, twice', () => {
      const learner = fed(2);
      for (const event of [...everyFeedback(), ...everyFeedback()])
        learner.feedback(event, noEpisodes);
      learner.update();
      learner.dispose();
    });
  });
}

function experience(): Episode[] {
  const spec = syntheticSpec(5, 2);
  const random = createRandom(11);
  return [
    syntheticEpisode(spec, 120, random, { id: 'one', human: [20, 60] }),
    syntheticEpisode(spec, 80, random, { id: 'two', human: [10, 30], end: 'terminated' }),
  ];
}

/** To rounding: some fold the action space into their last layer. */
function expectSamePolicy(a: Learner, b: Learner): void {
  const random = createRandom(5);
  const [actsLikeA, actsLikeB] = [a, b].map((learner) =>
    createPolicy(learner.snapshot(0), createRandom(1)),
  );
  const [x, y] = [new Float32Array(2), new Float32Array(2)];
  for (let i = 0; i < 20; i++) {
    const observation = Float32Array.from({ length: 5 }, () => 2 * random.normal());
    actsLikeA!.act(observation, x, 'mean');
    actsLikeB!.act(observation, y, 'mean');
    for (let j = 0; j < 2; j++) expect(x[j]).toBeCloseTo(y[j]!, 5);
  }
}

function weights(learner: Learner): Float32Array[] {
  return learner.snapshot(0).layers.flatMap((layer) => [layer.weights, layer.bias]);
}

function make(id: string, body: object): Feedback {
  const base = { runId: 'run', teacherId: 'teacher', shownAt: 0, answeredAt: 1, receivedAt: 2 };
  return { ...base, responseMs: 1, id, ...body } as Feedback;
}

/** Live rewards and a takeover with its counterfactual, for learners that live on them. */
function lessons(): Feedback[] {
  const rewards = Array.from({ length: 40 }, (_, i) =>
    make(`r${i}`, { kind: 'reward', episodeId: 'one', step: 3 * i, value: i % 3 === 0 ? -1 : 1 }),
  );
  const counterfactual = { episodeId: 'two', from: 0, to: 10 };
  const override = { kind: 'override', episodeId: 'one', from: 20, to: 60, counterfactual };
  return [...rewards, make('o1', override)];
}

function everyFeedback(): Feedback[] {
  const segment = { episodeId: 'one', from: 0, to: 10 };
  return [
    make('f1', { kind: 'reward', episodeId: 'one', step: 20, value: 1 }),
    make('f2', { kind: 'preference', a: segment, b: segment, choice: 'a' }),
    make('f3', { kind: 'ranking', segments: [segment, segment], order: [0, 1] }),
    make('f4', { kind: 'rating', segment, score: 1, scale: 5 }),
    make('f5', { kind: 'override', episodeId: 'one', from: 20, to: 60 }),
    make('f6', { kind: 'correction', segment, corrected: { ...segment, from: 20, to: 30 } }),
    make('f7', { kind: 'demonstration', segment: { episodeId: 'one', from: 30, to: 40 } }),
    make('f8', { kind: 'approval', queryId: 'q', decision: 'deny' }),
    make('f9', { kind: 'estop', episodeId: 'one', step: 30 }),
    make('f10', { kind: 'critique', episodeId: 'one', from: 3, to: 9, value: -1 }),
    make('f11', { kind: 'retraction', feedbackId: 'f7' }),
  ];
}
