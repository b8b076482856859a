/** Closed-loop episodes in the point world, for learners that need their own behaviour. */
import { createPolicy } from '../../../agent/acting/policy.ts';
import type { EnvironmentSpec, Episode, Learner, PolicySnapshot } from '../../../agent/contract.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import type { Expert } from '../../../sim/contract.ts';
import { createRandom, type Random } from '../../../sim/random.ts';
import { createPointExpert, createPointWorld } from '../point-world.ts';

export function pointSpec(): EnvironmentSpec {
  const env = createPointWorld();
  return {
    environmentId: env.id,
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    controlDt: env.controlDt,
  };
}

export interface PlayOptions {
  readonly mode?: 'mean' | 'sample';
  /** Given the step and the point's distance from the origin: does the expert act? */
  readonly expertActs?: (step: number, distance: number) => boolean;
}

/** One recorded episode from `seed`. */
export function play(
  snapshot: PolicySnapshot,
  seed: number,
  random: Random,
  options: PlayOptions = {},
): Episode {
  const env = createPointWorld();
  const expert: Expert = createPointExpert(env);
  const policy = createPolicy(snapshot, random);
  const recorder = createEpisodeRecorder({
    runId: 'run',
    environmentId: env.id,
    configHash: 'none',
    observationSize: 2,
    actionSize: 2,
    bodies: 1,
  });
  let ts = env.reset(seed);
  recorder.begin(`episode-${seed}`, seed, 0, env, ts);
  const wanted = new Float32Array(2);
  const acted = new Float32Array(2);
  while (ts.kind !== 'last') {
    policy.act(ts.observation, wanted, options.mode ?? 'sample');
    const human = options.expertActs?.(ts.step, Math.hypot(...ts.observation)) ?? false;
    if (human) expert.act(acted);
    else acted.set(wanted);
    ts = env.step(acted);
    recorder.step(env, ts, acted, wanted, human ? 'human' : 'policy', snapshot.version);
  }
  recorder.end(ts.discount === 0 ? 'terminated' : 'truncated');
  return recorder.episode();
}

/** Mean over episodes of the distance from the origin at the end, metres. */
export function finalDistance(learner: Learner, seeds = 20): number {
  let sum = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const episode = play(learner.snapshot(1), 5000 + seed, createRandom(seed), { mode: 'mean' });
    const at = episode.length * 2;
    sum += Math.hypot(episode.observations[at]!, episode.observations[at + 1]!);
  }
  return sum / seeds;
}
