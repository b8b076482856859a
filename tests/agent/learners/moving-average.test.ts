/** Weights that act, averaged over the updates of those that learn. */
import { expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { createMovingAverage } from '../../../agent/learners/parts/moving-average.ts';
import { createReins } from '../../../agent/learners/reins.ts';
import type { SavedArrays } from '../../../agent/nn/adam.ts';
import { createMlp } from '../../../agent/nn/mlp.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const backend = await loadBackend({ prefer: 'cpu' });
const network = () => createMlp(backend, { sizes: [2, 3, 1], activation: 'relu' }, createRandom(1));

it('[LEARN-99] an average keeps the share of its decay, less in the first updates, and begins anew where it is told to', () => {
  const net = network();
  const average = createMovingAverage(net, 0.5);
  const weight = () => average.layers()[0]!.weights[0]!;
  const step = (value: number) => {
    net.parameters[0] = value;
    average.update();
    return weight();
  };
  expect(step(4)).toBe(4); // the weights before the first update have no part in it
  expect(step(15)).toBeCloseTo(14); // 1/11 is kept
  for (let i = 0; i < 30; i++) step(8);
  expect(step(12)).toBeCloseTo(10); // half is kept
  average.restart();
  expect(weight()).toBe(12);
  net.parameters[0] = 1;
  expect(weight()).toBe(12);
});

it('[LEARN-99] with a decay of 0 the newest weights act', () => {
  const net = network();
  const average = createMovingAverage(net, 0);
  for (const value of [3, 5]) {
    net.parameters.fill(value);
    average.update();
    expect(average.layers()).toEqual(net.layers());
  }
});

it('[LEARN-99] a checkpoint has the average, and one without lets it begin at the weights', () => {
  const [net, other] = [network(), network()];
  const average = createMovingAverage(net, 0.9);
  for (let i = 0; i < 5; i++) {
    net.parameters.fill(i);
    average.update();
  }
  const arrays: SavedArrays = {};
  const updates = average.state.save(arrays, 'a');
  const loaded = createMovingAverage(other, 0.9);
  loaded.state.load(arrays, 'a', updates);
  expect(loaded.layers()).toEqual(average.layers());
  other.parameters.set(net.parameters);
  for (const each of [average, loaded]) each.update();
  expect(loaded.layers()).toEqual(average.layers());
  loaded.state.load({}, 'a', undefined);
  expect(loaded.layers()).toEqual(other.layers());
});

const SMALL = { hidden: [8], batchSize: 16, actors: 2, driver: 'imitators' } as const;

it('[LEARN-99] imitators act by their averages', () => {
  const spec = syntheticSpec(4, 2);
  const drives = (imitatorAveraging: number) => {
    const config = { ...SMALL, imitatorAveraging };
    const reins = createReins(spec, config, backend, createRandom(3));
    const episode = syntheticEpisode(spec, 200, createRandom(5), { human: [20, 120] });
    reins.observe(episode, 0, 200);
    for (let i = 0; i < 40; i++) reins.update();
    const { layers } = reins.snapshot(1);
    const newest = reins.parts.imitators.parts.members[0]!.parameters.slice();
    reins.dispose();
    return { layers, newest };
  };
  const [newest, averaged] = [drives(0), drives(0.97)];
  expect(averaged.newest).toEqual(newest.newest); // what learns is the same
  expect(averaged.layers).not.toEqual(newest.layers);
});
