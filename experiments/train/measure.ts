/** How good a policy and its reward model are: on held-out episodes, and against the environment's reward. */

import type { EpisodeStore } from '../../agent/episode/store.ts';
import { type EpisodeRow, type Evaluation, evaluate } from '../../agent/evaluation/evaluate.ts';
import { epicDistance } from '../../agent/evaluation/reward-distance.ts';
import { mean, pearson } from '../../agent/evaluation/statistics.ts';
import { isConstant } from '../../agent/reward/statistics.ts';
import type { Trainer } from '../../agent/trainer/contract.ts';
import type { Environment } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import type { Pause } from '../pause.ts';
import { policyOf } from './loop.ts';
import type { TrainOptions } from './options.ts';

/** The mean action on the held-out seeds; `label` says when. @throws what `pause` is rejected with */
export async function evaluatePolicy(
  env: Environment,
  trainer: Trainer,
  options: TrainOptions,
  label: string,
  pause: Pause,
): Promise<Evaluation> {
  const policy = policyOf(trainer, createRandom(options.seed, 2));
  const { start } = options.factory.evalSeeds;
  const seeds = Array.from({ length: options.evalEpisodes }, (_, i) => start + i);
  const bar = options.output.progress(`evaluating ${label}`, seeds.length);
  const onEpisode = (_row: EpisodeRow, done: number) => bar.update(done);
  const act = (ts: { observation: Float32Array }, out: Float32Array) =>
    policy.act(ts.observation, out, 'mean');
  try {
    return await evaluate(env, act, seeds, { onEpisode, pause });
  } finally {
    bar.stop();
  }
}

/** Of the environment's own metrics at the last step of every episode. */
export function meanMetrics({ rows }: Evaluation): Record<string, number> {
  const names = Object.keys(rows[0]?.metrics ?? {});
  return Object.fromEntries(
    names.map((name) => [name, mean(rows.map((row) => row.metrics[name] ?? Number.NaN))]),
  );
}

/** Correlation of learned with true reward over every step whose episode is still known. */
export function rewardCorrelation(trainer: Trainer, store: EpisodeStore): number | null {
  const learned: number[] = [];
  const truth: number[] = [];
  for (const id of store.ids()) {
    const episode = store.get(id);
    if (!episode || episode.length === 0) continue;
    const predicted = trainer.predictReward({ episodeId: id, from: 0, to: episode.length });
    if (!predicted) continue;
    for (const value of predicted.rewards) learned.push(value);
    for (const value of episode.envRewards) truth.push(value);
  }
  const isKnown = !isConstant(learned, learned.length) && !isConstant(truth, truth.length);
  return isKnown ? pearson(learned, truth) : null;
}

/** EPIC over held-out seeds, for what the trained policy visits. */
export function rewardDistance(
  env: Environment,
  trainer: Trainer,
  options: TrainOptions,
): number | null {
  const model = trainer.rewardModel();
  if (!model) return null;
  const policy = policyOf(trainer, createRandom(options.seed, 3));
  const { start } = options.factory.evalSeeds;
  const distance = epicDistance(env, {
    predict: model.predict,
    act: (ts, out) => policy.act(ts.observation, out, 'mean'),
    seeds: Array.from({ length: 16 }, (_, i) => start + i),
    random: createRandom(options.seed, 31),
  });
  return distance ?? null;
}
