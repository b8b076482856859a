import { expect, it } from 'vitest';
import { listPresets } from '../../../agent/presets/presets.ts';
import { createTrainer } from '../../../agent/trainer/trainer.ts';
import { createRandom } from '../../../sim/random.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

/** As driving has them. */
const OBSERVATION = 259;
const ACTION = 2;
/** Of the default preset. */
const CAPACITY = 100_000;
/** MB that the learner may hold of them: an observation, three actions and a few numbers per step. */
const REPLAY = 125;
const EPISODES = 26;

it('[MEM-2] with the observations of driving, replay and episodes stay within their budget and stop growing', async () => {
  const spec = syntheticSpec(OBSERVATION, ACTION);
  const trainer = await createTrainer({
    preset: 'reins',
    spec,
    seed: 1,
    runId: 'r',
    overrides: { learner: { hidden: [8] }, reward: { hidden: [8] } },
    backend: 'cpu',
  });
  const length = 1000;
  const episode = syntheticEpisode(spec, length, createRandom(1));
  function observe(number: number): void {
    const id = `e${number}`;
    for (let from = 0; from < length; from += 25) {
      const to = from + 25;
      const end = to === length ? ('truncated' as const) : ('open' as const);
      trainer.observe({ ...episode, id, end, length: to }, from, to);
    }
  }
  const full = CAPACITY / length;
  for (let number = 0; number < full; number++) observe(number);
  const then = trainer.report();
  expect(then['memory/replay']).toBeGreaterThan((CAPACITY * OBSERVATION * 4) / 1e6); // it is what is counted
  expect(then['memory/replay']).toBeLessThan(REPLAY);
  expect(then['memory/episodes']).toBeLessThan(EPISODES);
  for (let number = full; number < full + 30; number++) observe(number);
  const later = trainer.report();
  expect(later['memory/replay']).toBeLessThan(then['memory/replay']! * 1.01);
  expect(later['memory/episodes']).toBeLessThan(EPISODES);
  expect(later['memory/spare']).toBe(0);
  trainer.dispose();
});

it.each(listPresets().map(({ id }) => id))(
  '[MEM-3] %s: the arrays of a checkpoint are nobody else’s, saved and loaded',
  async (preset) => {
    const make = () =>
      createTrainer({
        preset,
        spec: pointSpec(),
        seed: 3,
        runId: 'r',
        overrides: { learner: { hidden: [8] } },
        backend: 'cpu',
      });
    const trainer = await make();
    for (const episode of recordPointEpisodes(6, 9, 'a')) {
      trainer.observe(episode, 0, episode.length);
      for (let i = 0; i < 3; i++) trainer.update();
    }
    const saved = trainer.save();
    const kept = structuredClone(saved);
    const away = (arrays: Readonly<Record<string, Float32Array>>) =>
      structuredClone(arrays, {
        transfer: Object.values(arrays).map((a) => a.buffer as ArrayBuffer),
      });
    const sent = away(saved.arrays); // throws where two arrays share a buffer
    expect(sent).toEqual(kept.arrays);
    expect(trainer.save()).toEqual(kept);

    const other = await make();
    other.load({ meta: saved.meta, arrays: sent });
    const loaded = other.save();
    away(sent);
    expect(other.save()).toEqual(loaded);
    trainer.dispose();
    other.dispose();
  },
);

it('[MEM-10] in place a checkpoint is the same, but the replay buffer is not copied', async () => {
  const trainer = await createTrainer({
    preset: 'reins',
    spec: pointSpec(),
    seed: 3,
    runId: 'r',
    overrides: { learner: { hidden: [8] } },
    backend: 'cpu',
  });
  for (const episode of recordPointEpisodes(3, 9, 'a')) trainer.observe(episode, 0, episode.length);
  const inPlace = trainer.save({ inPlace: true });
  const copies = trainer.save();
  expect(inPlace).toEqual(copies);
  const name = 'learner/replay/observations/0/numbers';
  const { buffer } = inPlace.arrays[name]!;
  expect(trainer.save({ inPlace: true }).arrays[name]!.buffer).toBe(buffer);
  expect(copies.arrays[name]!.buffer).not.toBe(buffer);
  trainer.dispose();
});
