import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { addLossGradient } from '../../../agent/nn/fit.ts';
import { createMlp } from '../../../agent/nn/mlp.ts';
import { drawBatch } from '../../../agent/reward/batch.ts';
import {
  type FittedKind,
  type RewardConfig,
  rewardDefaults,
} from '../../../agent/reward/config.ts';
import type { Datum } from '../../../agent/reward/dataset.ts';
import { createNoise } from '../../../agent/reward/noise.ts';
import { createReference, noScale } from '../../../agent/reward/reference.ts';
import type { Verdict } from '../../../agent/reward/rime.ts';
import { createRandom, type Random } from '../../../sim/random.ts';
import { expectGradient } from '../learners/gradient-check.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const WIDTH = 4;

/** Two data of every kind, of random rows. */
function dataOf(random: Random): Map<FittedKind, Datum[]> {
  const lists = new Map<FittedKind, Datum[]>();
  const add = (
    parts: readonly number[],
    rest: object,
    rowCount = parts.reduce((a, b) => a + b, 0),
  ) => {
    const datum = {
      feedbackId: 'f',
      teacherId: 't',
      fold: 0,
      rows: Float32Array.from({ length: rowCount * WIDTH }, () => random.normal()),
      weights: Float32Array.from({ length: rowCount }, () => random.uniform(0.2, 1)),
      parts,
      ...rest,
    } as Datum;
    lists.set(datum.kind, [...(lists.get(datum.kind) ?? []), datum]);
  };
  const better = { choice: 'a', strength: 0.8 };
  for (const choice of ['a', 'b', 'equal'])
    add([6, 6], { kind: 'preference', choice, strength: 1 });
  for (let i = 0; i < 2; i++) {
    add([5, 5], { kind: 'correction', ...better });
    add([5, 3], { kind: 'counterfactual', ...better });
    add([4], { kind: 'demonstration', ...better, opponent: true });
    add([4, 4, 4], { kind: 'ranking', order: [1, 0, 2] });
    add([5], { kind: 'rating', score: 1 + i, scale: 5 });
    add([5], { kind: 'reward', value: 0.6 - i });
    add([5], { kind: 'critique', value: i - 0.5 });
    add([1, 1, 1, 1], { kind: 'override' });
    add([1, 1, 1], { kind: 'sign', sign: i === 0 ? 1 : -1 });
  }
  return lists;
}

const variants: Record<string, { config?: Partial<RewardConfig>; verdict?: Verdict }> = {
  plain: {},
  'mirrored, linear': { config: { output: 'linear', mirror: true } },
  // Any confidence will do: every pair without an answer gets a label.
  'pseudo-labels and crops': {
    config: { surf: { threshold: 0.5, ratio: 2, weight: 0.7, crop: 2 } },
  },
  'comparisons turned round': { verdict: 'flip' },
};

describe.each(['wasm', 'cpu', 'onnx'] as const)('a member’s loss on %s', (name) => {
  it.each(Object.entries(variants))(
    '[RWD-1] its gradient, through the network, agrees with finite differences: %s',
    async (_, { config: change = {}, verdict }) => {
      const backend = await loadBackend({ prefer: name });
      const random = createRandom(3);
      const config: RewardConfig = { ...rewardDefaults, ...change };
      const lists = dataOf(random);
      const reference = createReference(64, WIDTH);
      const episode = syntheticEpisode(syntheticSpec(2, 2), 60, random, { id: 'e' });
      reference.add(episode, 0, 60, (e, t, actions, out, at) => {
        out.set(e.observations.subarray(2 * t, 2 * t + 2), at);
        out.set(actions.subarray(2 * t, 2 * t + 2), at + 2);
      });
      const swapped = { from: Int32Array.of(1, 0, 2, 3), sign: Int8Array.of(1, 1, -1, 1) };
      const mirror = { ...syntheticSpec(WIDTH, 1).observationSpace, mirror: swapped };
      const net = createMlp(
        backend,
        { sizes: [WIDTH, 12, 1], activation: 'leaky-relu', outputActivation: config.output },
        random,
      );
      const verdicts = verdict && new Map(lists.get('preference')!.map((d) => [d, verdict]));
      const noise = createNoise();
      const source = {
        width: WIDTH,
        config,
        scale: noScale(WIDTH, 0),
        reference,
        verdicts,
        ...(config.mirror ? { mirror } : {}),
      };
      // The same random numbers every time: the same batch.
      const loss = () => {
        const batch = drawBatch(lists, source, { inputs: new Float32Array(0) }, createRandom(9))!;
        return addLossGradient(
          backend,
          net,
          batch.inputs(),
          batch.rows,
          (outputs, dOutputs) => batch.loss(outputs, dOutputs, noise, 0).loss,
        );
      };
      expect(Number.isFinite(loss())).toBe(true);
      expectGradient(net, loss, loss, random);
      net.dispose();
    },
  );
});
