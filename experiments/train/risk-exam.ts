/** How well a training's risk head knows what is to come: the last policy drives on, and nothing learns. */
import { createRisk } from '../../agent/acting/risk.ts';
import type { Episode, Feedback } from '../../agent/contract.ts';
import { copyEpisode } from '../../agent/episode/copy.ts';
import {
  examineFailures,
  examineTakeovers,
  type RiskExam,
  type RiskOf,
} from '../../agent/evaluation/risk.ts';
import { riskDefaults } from '../../agent/risk/config.ts';
import type { Trainer } from '../../agent/trainer/contract.ts';
import type { Environment } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { createLoop, policyOf } from './loop.ts';
import type { TrainOptions } from './options.ts';
import type { Teachers } from './teachers.ts';

/** Roads, from the first held-out one on. */
const ROADS = 1000;

/** As many steps as the training had with an operator who watches, and as many without. `teachers` are those of the training, `env` is another instance. null: the preset has no risk head, or it knows nothing. */
export async function examineRisk(
  env: Environment,
  trainer: Trainer,
  teachers: Teachers,
  options: TrainOptions,
): Promise<RiskExam | null> {
  const snapshot = trainer.risk();
  if (!snapshot) return null;
  const learned = createRisk(snapshot);
  const [d, k] = [env.observationSpace.size, env.actionSpace.size];
  const risk: RiskOf = ({ observations, policyActions }, t) =>
    learned.at(
      observations.subarray(t * d, (t + 1) * d),
      policyActions.subarray(t * k, (t + 1) * k),
    );
  const horizon = Math.round(riskDefaults.horizonSeconds / env.controlDt);
  const reaction = Math.round(riskDefaults.reactionSeconds / env.controlDt);
  const watched = await drive(env, trainer, teachers, options, 'watched');
  const alone = await drive(env, trainer, teachers, options, 'alone');
  const branches = new Map(watched.episodes.map((episode) => [episode.id, episode]));
  const takeovers = watched.feedback.flatMap((f) =>
    f.kind === 'override'
      ? [{ ...f, branch: f.counterfactual && branches.get(f.counterfactual.episodeId) }]
      : [],
  );
  const own = ({ origin }: Episode) => origin === 'experience';
  return {
    takeovers: examineTakeovers(watched.episodes.filter(own), takeovers, risk, horizon, reaction),
    failures: examineFailures(alone.episodes.filter(own), risk, horizon),
  };
}

/** What is driven, and said to it. */
async function drive(
  env: Environment,
  trainer: Trainer,
  teachers: Teachers,
  options: TrainOptions,
  how: 'watched' | 'alone',
): Promise<{ episodes: Episode[]; feedback: Feedback[] }> {
  const episodes: Episode[] = [];
  const feedback: Feedback[] = [];
  const { factory, seed } = options;
  const isWatched = how === 'watched';
  const nobody = { ...teachers, override: undefined, preference: undefined, scalar: undefined };
  const loop = createLoop({
    env,
    factory: { ...factory, trainSeeds: { start: factory.evalSeeds.start, count: ROADS } },
    trainer: atRest(trainer),
    teachers: isWatched ? teachers : nobody,
    policy: policyOf(trainer, createRandom(seed, 4)),
    runId: how,
    configHash: '',
    steps: options.steps,
    labels: 0,
    schedule: 'constant',
    seed: seed + (isWatched ? 1 : 2),
    ...(isWatched && teachers.counterfactual ? { counterfactual: teachers.counterfactual } : {}),
    onStep: () => {},
    log: {
      episode: (episode) => void episodes.push(copyEpisode(episode)),
      feedback: (said) => void feedback.push(said),
      query() {},
      published() {},
      metrics() {},
      written: async () => {},
    },
  });
  await loop.run();
  return { episodes, feedback };
}

/** It acts as it did, and learns nothing. */
function atRest(trainer: Trainer): Trainer {
  return {
    ...trainer,
    observe() {},
    feedback() {},
    update: () => undefined,
    publish: () => ({ snapshot: trainer.snapshot(), appliedFeedback: [], unusedFeedback: [] }),
  };
}
