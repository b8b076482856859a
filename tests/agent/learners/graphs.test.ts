import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { EnvironmentSpec, Learner } from '../../../agent/contract.ts';
import { createBc } from '../../../agent/learners/bc.ts';
import { createDagger } from '../../../agent/learners/dagger.ts';
import { createPpl } from '../../../agent/learners/ppl.ts';
import { createPpo } from '../../../agent/learners/ppo.ts';
import { createRandom, type Random } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

interface Shape {
  readonly hidden: readonly number[];
  readonly batch: number;
}

type Make = (spec: EnvironmentSpec, shape: Shape, backend: Backend, random: Random) => Learner;

const imitation = ({ hidden, batch }: Shape) => ({
  hidden,
  batchSize: batch,
  learningStarts: 10,
  learningRate: 1e-4,
});
const LEARNERS: Readonly<Record<string, Make>> = {
  bc: (spec, shape, backend, random) =>
    createBc(spec, { ...imitation(shape), weightDecay: 0.01 }, backend, random),
  dagger: (spec, shape, backend, random) =>
    createDagger(spec, { ...imitation(shape), members: 3, robotShare: 0.5 }, backend, random),
  ppl: (spec, shape, backend, random) => createPpl(spec, imitation(shape), backend, random),
  ppo: (spec, { hidden, batch }, backend, random) =>
    createPpo(
      spec,
      { hidden, minibatch: batch, rolloutSteps: 200, bcWeight: 0.5, rewardSource: 'environment' },
      backend,
      random,
    ),
};

const shapes = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
  batch: fc.integer({ min: 1, max: 90 }),
  d: fc.integer({ min: 1, max: 20 }),
  k: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(),
});

describe('updates on graphs', async () => {
  const tensors = await loadBackend({ prefer: 'wasm' });
  const onnx = await loadBackend({ prefer: 'onnx' });

  it.each(Object.keys(LEARNERS))(
    '[GRAPH-21] %s: weights are those of TensorFlow.js, to 1e-5',
    (name) => {
      expect(onnx.graphs).toBeDefined();
      const property = fc.property(shapes, ({ d, k, seed, ...shape }) => {
        const spec = syntheticSpec(d, k);
        const [expected, actual] = [tensors, onnx].map((backend) => {
          const learner = LEARNERS[name]!(spec, shape, backend, createRandom(seed));
          const human = [60, 140] as const;
          const episode = syntheticEpisode(spec, 280, createRandom(seed, 1), { human });
          learner.observe(episode, 0, episode.length);
          for (let update = 0; update < 3; update++) expect(learner.update()).toBeDefined();
          const { arrays } = learner.save();
          learner.dispose();
          return arrays;
        });
        for (const [array, numbers] of Object.entries(expected!)) {
          if (array.includes('adam')) continue; // moments are compared by what they do to weights
          numbers.forEach((x, i) => {
            expect(Math.abs(actual![array]![i]! - x), `${array}[${i}]`).toBeLessThanOrEqual(
              1e-5 * Math.max(1, Math.abs(x)),
            );
          });
        }
      });
      fc.assert(property, { numRuns: 25, seed: 19 });
    },
  );
});
