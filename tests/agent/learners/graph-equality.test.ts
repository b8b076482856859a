/** Learners on training graphs learn what they learn in tensors. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Checkpoint, EnvironmentSpec, Episode, Learner } from '../../../agent/contract.ts';
import { createReins } from '../../../agent/learners/reins.ts';
import { createSac, type SacConfig } from '../../../agent/learners/sac.ts';
import { createTd3, type Td3Config } from '../../../agent/learners/td3.ts';
import { presets } from '../../../agent/presets/list.ts';
import { createRandom, type Random } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const offPolicy = { sac: createSac, td3: createTd3, reins: createReins };
type Make = (spec: EnvironmentSpec, backend: Backend, random: Random) => Learner;

const tensors = await loadBackend({ prefer: 'wasm' });
const graphs = await loadBackend({ prefer: 'onnx', deterministic: true });

/** Layer normalisation of one or two units leaves nothing but rounding, which is no gradient to compare. */
const layers = fc.array(fc.integer({ min: 4, max: 33 }), { minLength: 0, maxLength: 3 });
const shape = fc.record({
  d: fc.integer({ min: 1, max: 20 }),
  k: fc.integer({ min: 1, max: 6 }),
  batchSize: fc.integer({ min: 1, max: 70 }),
  hidden: layers,
  seed: fc.nat(),
});
/** Weight 0 leaves a term out of the graph. */
const weight = fc.constantFrom(0, 0, 0.5, 2);
const human = fc.record({
  humanShare: fc.constantFrom(0, 0.5),
  bcWeight: weight,
  preferenceWeight: weight,
  preferenceBeta: fc.constantFrom(0.5, 1),
  proxyWeight: weight,
  proxyValue: fc.constantFrom(1, -1),
  conservativeWeight: weight,
  stopTdAtTakeover: fc.boolean(),
  layerNorm: fc.boolean(),
});

/** A third of its steps are a person's. */
function experience(spec: EnvironmentSpec, seed: number): Episode {
  const random = createRandom(seed, 3);
  const episode = syntheticEpisode(spec, 120, random);
  for (let i = 40; i < 80; i++) episode.sources[i] = 1;
  return episode;
}

function learned(
  make: Make,
  backend: Backend,
  spec: EnvironmentSpec,
  seed: number,
  updates: number,
): Checkpoint {
  const learner = make(spec, backend, createRandom(seed));
  const episode = experience(spec, seed);
  learner.observe(episode, 0, episode.length);
  const override = { kind: 'override', id: 'o', episodeId: episode.id, from: 40, to: 80 };
  learner.feedback(override as never, { get: () => episode });
  for (let i = 0; i < updates; i++) learner.update();
  const saved = learner.save();
  learner.dispose();
  return saved;
}

/**
 * Largest difference of a weight. A gradient that is nothing but rounding says little of the direction of Adam's first
 * steps, which are as long as others: ε is what a step is small against.
 */
function difference(make: Make, spec: EnvironmentSpec, seed: number, updates: number): number {
  const [a, b] = [tensors, graphs].map((backend) => learned(make, backend, spec, seed, updates));
  expect(b!.meta).toEqual(expect.objectContaining({ learner: a!.meta['learner'] }));
  expect(Object.keys(b!.arrays)).toEqual(Object.keys(a!.arrays));
  let worst = 0;
  for (const [name, array] of Object.entries(a!.arrays)) {
    if (name.includes('/adam') || name.startsWith('replay')) continue;
    for (const [i, value] of array.entries())
      worst = Math.max(worst, Math.abs(value - b!.arrays[name]![i]!));
  }
  return worst;
}

describe('updates on graphs equal those in tensors, to 1e-5 on every weight', () => {
  test('[GRAPH-6] SAC with any of its terms, of any sizes', () => {
    const config: fc.Arbitrary<Partial<SacConfig>> = fc.record({
      actors: fc.constantFrom(1, 3),
      critics: fc.constantFrom(1, 2, 3),
      criticSteps: fc.constantFrom(1, 2),
      entropyBackup: fc.boolean(),
      rewardScale: fc.constantFrom(1, 0.1),
      takeoverCostWeight: weight,
    });
    const one = fc.property(shape, human, config, ({ d, k, seed, ...sizes }, terms, own) => {
      const make: Make = (spec, backend, random) =>
        createSac(spec, { ...terms, ...own, ...sizes, learningStarts: 1 }, backend, random);
      expect(difference(make, syntheticSpec(d, k), seed, 3)).toBeLessThan(1e-5);
    });
    fc.assert(one, { numRuns: 12, seed: 19 });
  });

  test('[GRAPH-6] TD3 with any of its terms, of any sizes', () => {
    const config: fc.Arbitrary<Partial<Td3Config>> = fc.record({
      policyDelay: fc.constantFrom(1, 2),
      tdWeight: fc.constantFrom(0.5, 1),
      targetNoiseClip: fc.constantFrom(0.1, 0.5),
      imitationOnly: fc.boolean(),
    });
    const one = fc.property(shape, human, config, ({ d, k, seed, ...sizes }, terms, own) => {
      const make: Make = (spec, backend, random) =>
        createTd3(spec, { ...terms, ...own, ...sizes, learningStarts: 1 }, backend, random);
      expect(difference(make, syntheticSpec(d, k), seed, 4)).toBeLessThan(1e-5);
    });
    fc.assert(one, { numRuns: 12, seed: 19 });
  });

  test('[GRAPH-7] presets with off-policy learners learn on graphs, and the same bits from the same seed', () => {
    for (const { learner, id } of presets) {
      const create = offPolicy[learner.kind as keyof typeof offPolicy];
      if (!create) continue;
      const config = {
        ...learner.config,
        hidden: [24, 17],
        batchSize: 40,
        learningStarts: 50,
        rewardSource: 'environment',
      } as const;
      const make: Make = (spec, backend, random) => create(spec, config as never, backend, random);
      const spec = syntheticSpec(9, 2);
      expect(difference(make, spec, 7, 2), id).toBeLessThan(1e-5);
      const [a, b] = [1, 2].map(() => learned(make, graphs, spec, 7, 3));
      expect(b!.arrays, id).toEqual(a!.arrays);
    }
  });

  test('[GRAPH-8] a checkpoint made in tensors goes on in graphs, and back', () => {
    const spec = syntheticSpec(6, 2);
    const make: Make = (of, backend, random) =>
      createSac(of, { hidden: [17, 9], batchSize: 33, learningStarts: 1 }, backend, random);
    const through = (first: Backend, second: Backend): Learner => {
      const learner = make(spec, second, createRandom(99));
      learner.load(learned(make, first, spec, 4, 2));
      for (let i = 0; i < 2; i++) learner.update();
      return learner;
    };
    const all = [through(tensors, tensors), through(tensors, graphs), through(graphs, tensors)];
    const [straight, there, back] = all.map((learner) => learner.save().arrays);
    for (const other of [there!, back!])
      for (const name of ['actor', 'critic0', 'critic1', 'critic0/target', 'temperature'])
        for (const [i, value] of straight![name]!.entries())
          expect(Math.abs(other[name]![i]! - value)).toBeLessThan(1e-5);
    for (const learner of all) learner.dispose();
  });
});
