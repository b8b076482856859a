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
  /** Cost of the branch minus that of the same steps as they happened; negative: the agent's were better. */
  readonly cost: number;
  /** The branch failed and the real steps did not. */
  readonly failure: boolean;
  /** The branch did not fail, nor cost more: the takeover was not needed for these seconds. */
  readonly unneeded: boolean;
}

/** How the compared steps went. */
export interface Outcome {
  readonly cost: number;
  readonly return: number;
  /** They ended the episode, and not with success. */
  readonly failed: boolean;
}

/** A branch beside what happened instead, over the same steps. */
export interface Comparison {
  /** Steps that were compared. */
  readonly steps: number;
  readonly agent: Outcome;
  readonly human: Outcome;
  readonly prevented: Prevented;
}

/**
 * Compare a branch with the steps [from, from + branch.length) of `happened` that it replaces. Steps of
 * the branch after the last one that is known of `happened` count only where that ended its episode:
 * then nothing more happens. Whether the branch failed is told by all of it.
 */
export function compareBranch(branch: Episode, happened: Episode, from: number): Comparison {
  const known = happened.length - from;
  const isOver = happened.end === 'terminated' || happened.end === 'truncated';
  const steps = isOver ? branch.length : Math.max(0, Math.min(branch.length, known));
  const human = outcome(happened, from, from + Math.min(steps, known));
  const agent = { ...outcome(branch, 0, steps), failed: failed(branch, branch.length) };
  const cost = agent.cost - human.cost;
  const failure = agent.failed && !human.failed;
  const unneeded = !agent.failed && cost <= 0;
  return { steps, agent, human, prevented: { cost, failure, unneeded } };
}

/** What `compareBranch` says was prevented. */
export function prevented(branch: Episode, happened: Episode, from: number): Prevented {
  return compareBranch(branch, happened, from).prevented;
}

function outcome(e: Episode, from: number, to: number): Outcome {
  let cost = 0;
  let returned = 0;
  for (let t = from; t < to; t++) {
    cost += e.costs[t]!;
    returned += e.envRewards[t]!;
  }
  return { cost, return: returned, failed: failed(e, to) };
}

function failed(e: Episode, length: number): boolean {
  return length > 0 && e.discounts[length - 1] === 0 && e.successes[length - 1] === 0;
}
