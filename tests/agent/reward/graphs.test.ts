import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Episode, FeedbackBody } from '../../../agent/contract.ts';
import { encodeOnnx } from '../../../agent/graphs/onnx.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const shapes = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 0, maxLength: 3 }),
  members: fc.integer({ min: 1, max: 4 }),
  batch: fc.integer({ min: 1, max: 20 }),
  steps: fc.integer({ min: 1, max: 30 }),
  d: fc.integer({ min: 1, max: 12 }),
  k: fc.integer({ min: 1, max: 4 }),
  squares: fc.constantFrom('none' as const, 'actions' as const, 'all' as const),
  output: fc.constantFrom('tanh' as const, 'linear' as const),
  reed: fc.boolean(),
  /** With a ranking in a batch, and without: what a graph can do in one piece. */
  ranking: fc.boolean(),
  seed: fc.nat(),
});

/** Of every kind of label. */
function bodies(episode: Episode, steps: number): FeedbackBody[] {
  const cut = (from: number) => ({ episodeId: episode.id, from, to: from + steps });
  return [
    { kind: 'preference', a: cut(0), b: cut(40), choice: 'a' },
    { kind: 'preference', a: cut(10), b: cut(50), choice: 'equal' },
    { kind: 'preference', a: cut(20), b: cut(60), choice: 'b' },
    { kind: 'ranking', segments: [cut(5), cut(45), cut(85)], order: [1, 0, 1] },
    { kind: 'rating', segment: cut(15), score: 3, scale: 5 },
    { kind: 'reward', episodeId: episode.id, step: 70, value: 0.5 },
    { kind: 'critique', episodeId: episode.id, from: 30, to: 35, value: -1 },
    { kind: 'override', episodeId: episode.id, from: 120, to: 150 },
    { kind: 'correction', segment: cut(25), corrected: cut(125) },
    { kind: 'demonstration', segment: cut(120) },
  ];
}

describe('the reward ensemble on graphs', async () => {
  const tensors = await loadBackend({ prefer: 'wasm' });
  const onnx = await loadBackend({ prefer: 'onnx' });

  function fitted(backend: Backend, { d, k, seed, steps, reed, ranking, ...shape }: Shape) {
    const spec = syntheticSpec(d, k);
    const human = [120, 150] as const;
    const episode = syntheticEpisode(spec, 200, createRandom(seed, 1), { human });
    const session = { stepsPerUpdate: 2, minSessionSteps: 4, maxSessionSteps: 4 };
    const config = { ...shape, ...session, learningRate: 1e-4, ...(reed ? { reed: {} } : {}) };
    const model = createRewardEnsemble(spec, config as object, backend, createRandom(seed));
    model.observe(episode, 0, episode.length);
    for (const [i, body] of bodies(episode, steps).entries())
      if (ranking || body.kind !== 'ranking') teach(model, episode, i, body);
    while (model.update() !== undefined);
    const n = episode.length;
    const [mean, deviation] = [new Float32Array(n), new Float32Array(n)];
    model.predict(episode.observations, episode.actions, n, mean);
    model.disagreement(episode.observations, episode.actions, n, deviation);
    const members = model.memberOutputs(episode.observations, episode.actions, n);
    const { arrays } = model.save();
    const { version } = model;
    model.dispose();
    return { arrays, mean, deviation, members, version };
  }

  it('[GRAPH-22] weights and predictions are those of TensorFlow.js, for every kind of label', () => {
    expect(onnx.graphs).toBeDefined();
    const property = fc.property(shapes, (shape) => {
      const expected = fitted(tensors, shape);
      const actual = fitted(onnx, shape);
      expect(actual.version).toBe(expected.version);
      expect(actual.version).toBe(1);
      for (const [name, numbers] of Object.entries(expected.arrays))
        if (!name.includes('adam')) expectClose(actual.arrays[name]!, numbers, 1e-5, name);
      for (const [m, numbers] of expected.members.entries())
        expectClose(actual.members[m]!, numbers, 1e-5, `member ${m}`);
    });
    fc.assert(property, { numRuns: 30, seed: 19 });
  });
});

describe('a reward model as an ONNX file', async () => {
  const backend = await loadBackend({ prefer: 'wasm' });

  it.each([
    { squares: 'actions', pessimism: 0.5, reed: {} },
    { zero: 'low', outputStd: 2, outputMean: 1, members: 1, output: 'linear' },
    {},
  ])('[CLI-41] says what the ensemble says: %j', async (config) => {
    const spec = syntheticSpec(7, 3);
    const model = createRewardEnsemble(spec, config as object, backend, createRandom(5));
    const episode = syntheticEpisode(spec, 200, createRandom(6), { human: [120, 150] });
    model.observe(episode, 0, episode.length);
    for (const [i, body] of bodies(episode, 20).entries()) teach(model, episode, i, body);
    while (model.update() !== undefined);
    const n = 10_000;
    const random = createRandom(7);
    const observations = new Float32Array(n * 7).map(() => random.uniform(-3, 3));
    const actions = new Float32Array(n * 3).map(() => random.uniform(-2.5, 3.5));
    const session = await InferenceSession.create(encodeOnnx(model.graph()));
    const results = await session.run({
      observation: new Tensor('float32', observations, [n, 7]),
      action: new Tensor('float32', actions, [n, 3]),
    });
    const [mean, deviation] = [new Float32Array(n), new Float32Array(n)];
    model.predict(observations, actions, n, mean);
    model.disagreement(observations, actions, n, deviation);
    expect(new Set(mean).size).toBeGreaterThan(n / 2);
    expect(results.reward!.dims).toEqual([n, 1]);
    expectClose(results.reward!.data as Float32Array, mean, 1e-5, 'reward');
    const names =
      (config as { members?: number }).members === 1 ? ['reward'] : ['reward', 'disagreement'];
    expect(session.outputNames).toEqual(names);
    if (results.disagreement)
      expectClose(results.disagreement.data as Float32Array, deviation, 1e-5, 'disagreement');
    model.dispose();
  });
});

function teach(model: RewardEnsemble, episode: Episode, i: number, body: FeedbackBody): void {
  const times = { shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
  const event = { id: `f${i}`, runId: 'run', teacherId: 'ann', ...times, ...body };
  model.feedback(event, { get: () => episode });
}

type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function expectClose(actual: Float32Array, expected: Float32Array, most: number, what: string) {
  expected.forEach((x, i) => {
    const error = Math.abs(actual[i]! - x);
    expect(error, `${what}[${i}]`).toBeLessThanOrEqual(most * Math.max(1, Math.abs(x)));
  });
}
