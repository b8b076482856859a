/**
 * What the policy would have done: from the state of a takeover, in a copy of the environment, for a
 * few seconds. Stored as an episode of its own (`branchOf`), used as the losing side of a preference,
 * and shown to the operator as what was prevented.
 */
import type { Environment, EnvState, TimeStep } from '../sim/contract.ts';
import type { Episode, Policy } from './contract.ts';
import { createEpisodeRecorder } from './episodes.ts';

export interface CounterfactualOptions {
  /** Id of the branch. */
  readonly id: string;
  readonly runId: string;
  readonly configHash: string;
  /** Where it leaves the recorded episode. */
  readonly branchOf: { readonly episodeId: string; readonly step: number };
  /** Seed of the recorded episode. */
  readonly seed: number;
  /** ms since epoch. */
  readonly startedAt: number;
  /** Keep poses, for clips; default true. */
  readonly keepPoses?: boolean;
}

/**
 * Roll `policy` (its mean) out from `state` in `env`, which must be a copy that nobody else uses: it is
 * left where the rollout ends. Ends early when the episode does.
 * @throws RangeError when `seconds` is not positive, or the state is the end of an episode.
 */
export function rollCounterfactual(
  env: Environment,
  state: EnvState,
  policy: Policy,
  seconds: number,
  options: CounterfactualOptions,
): Episode {
  if (!(seconds > 0))
    throw new RangeError(`counterfactual.seconds: is ${seconds}, needs more than 0`);
  const steps = Math.max(1, Math.round(seconds / env.controlDt));
  let ts = env.loadState(state);
  if (ts.kind === 'last')
    throw new RangeError('counterfactual.state: is the end of an episode, nothing follows it');
  const recorder = createEpisodeRecorder({
    runId: options.runId,
    environmentId: env.id,
    configHash: options.configHash,
    observationSize: env.observationSpace.size,
    actionSize: env.actionSpace.size,
    bodies: env.scene.bodies.length,
    keepPoses: options.keepPoses !== false,
    capacity: steps,
  });
  recorder.begin(options.id, options.seed, options.startedAt, env, ts, options.branchOf);
  const action = new Float32Array(env.actionSpace.size);
  for (let t = 0; t < steps && ts.kind !== 'last'; t++) {
    policy.act(ts.observation, action, 'mean');
    ts = env.step(action);
    recorder.step(env, ts, action, action, 'policy', policy.version);
  }
  recorder.end(endOf(ts));
  return recorder.episode();
}

/**
 * Where the agent's action in each of the steps [from, to) of `episode` would have led, had it been held
 * for `steps` steps: a branch per step, shorter where it ends the episode. PPL's predictor (Cai et al.
 * 2025) with the environment itself in place of a bicycle model. `state` is the environment's before
 * step `from`; the recorded actions are replayed in `env`, a copy that nobody else uses.
 */
export function rollPredictions(
  env: Environment,
  state: EnvState,
  episode: Episode,
  from: number,
  to: number,
  steps: number,
  startedAt: number,
): Episode[] {
  const k = env.actionSpace.size;
  const recorder = createEpisodeRecorder({
    runId: episode.runId,
    environmentId: env.id,
    configHash: episode.configHash,
    observationSize: env.observationSpace.size,
    actionSize: k,
    bodies: env.scene.bodies.length,
    keepPoses: false,
    capacity: steps,
  });
  const branches: Episode[] = [];
  let here = state;
  for (let t = from; t < to; t++) {
    let ts = env.loadState(here);
    const id = `${episode.id}-p${t}`;
    recorder.begin(id, episode.seed, startedAt, env, ts, { episodeId: episode.id, step: t });
    const held = episode.policyActions.subarray(t * k, (t + 1) * k);
    for (let i = 0; i < steps && ts.kind !== 'last'; i++) {
      ts = env.step(held);
      recorder.step(env, ts, held, held, 'policy', episode.policyVersions[t]!);
    }
    recorder.end(endOf(ts));
    branches.push(recorder.episode());
    env.loadState(here);
    env.step(episode.actions.subarray(t * k, (t + 1) * k));
    here = env.saveState();
  }
  return branches;
}

function endOf(ts: TimeStep): Episode['end'] {
  if (ts.kind !== 'last') return 'aborted';
  return ts.discount === 0 ? 'terminated' : 'truncated';
}

/** What a takeover spared: the branch's cost and end against what happened instead. */
export interface Prevented {
  /** Cost of the branch minus cost of the same steps as they happened. */
  readonly cost: number;
  /** The branch ended badly and the real steps did not. */
  readonly failure: boolean;
  /** Neither cost nor failure was prevented: the takeover was not needed for these seconds. */
  readonly unneeded: boolean;
}

/** Compare a branch with the steps [from, …) of `happened` that it replaces. */
export function prevented(branch: Episode, happened: Episode, from: number): Prevented {
  const until = Math.min(happened.length, from + branch.length);
  let cost = 0;
  for (let t = 0; t < branch.length; t++) cost += branch.costs[t]!;
  for (let t = from; t < until; t++) cost -= happened.costs[t]!;
  const failed = (e: Episode, length: number) =>
    length > 0 && e.discounts[length - 1] === 0 && e.successes[length - 1] === 0;
  const failure = failed(branch, branch.length) && !failed(happened, until);
  return { cost, failure, unneeded: !failure && cost <= 0 };
}
