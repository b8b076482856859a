/** What `train` is told in tests, and the point world as an environment of the registry. */
import type { Output } from '../../../experiments/output.ts';
import type { TrainOptions } from '../../../experiments/train/run.ts';
import type { EnvironmentFactory } from '../../../sim/contract.ts';
import { POINT_HORIZON, pointWorld } from '../../agent/point-world.ts';

export const pointFactory: EnvironmentFactory = {
  title: 'Point',
  description: 'a point on the plane',
  family: 'driving',
  controlHz: 10,
  horizon: POINT_HORIZON,
  controls: [],
  safeAction: [0, 0],
  trainSeeds: { start: 0, count: 50 },
  evalSeeds: { start: 1000, count: 50 },
  licence: 'MIT',
  better: '',
  ...pointWorld,
};

const silent: Output = { result() {}, note() {}, progress: () => ({ update() {}, stop() {} }) };

export function trainOptions(change: Partial<TrainOptions>): TrainOptions {
  return {
    factory: pointFactory,
    environmentOptions: {},
    preset: 'reins',
    overrides: {},
    teachers: ['override'],
    annotator: 'oracle',
    steps: 300,
    labels: 20,
    seed: 1,
    evalEpisodes: 2,
    backend: 'wasm',
    deterministic: true,
    output: silent,
    clock: () => 0,
    ...change,
  };
}
