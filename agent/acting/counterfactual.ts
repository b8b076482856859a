/**
 * What the policy would have done: from the state of a takeover, in a copy of the environment, for a
 * few seconds. Stored as an episode of its own (`branchOf`), used as the losing side of a preference,
 * and shown to the operator as what was prevented.
 */
import type { Environment, EnvState, TimeStep } from '../../sim/contract.ts';
import type { Episode, EpisodeOrigin, Policy, Segment } from '../contract.ts';
import { createEpisodeRecorder } from '../episode/recorder.ts';

/** Seconds of future that a counterfactual covers, at least and at most. */
const LEAST_SECONDS = 1;
const MOST_SECONDS = 3;

/** Seconds that the counterfactual of a takeover of `steps` steps covers: as long, within limits. */
export function counterfactualSeconds(steps: number, controlDt: number): number {
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, steps * controlDt));
}

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
 * Roll `policy` (its mean) out from `state` in `env`, which must be a copy that nothing else uses: it is
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
  const recorder = recorderFor(env, 'counterfactual', steps, options);
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

/** Steps of a takeover, one after the other. */
export interface Taken {
  /** What was executed, (n, k). */
  readonly actions: Float32Array;
  /** What the agent wanted, (n, k). */
  readonly policyActions: Float32Array;
  /** (n) */
  readonly policyVersions: Uint32Array;
}

/** Steps [from, to) of an episode, copied. */
export function takenFrom(episode: Episode, from: number, to: number): Taken {
  const { actions, policyActions, policyVersions, actionSize: k } = episode;
  return {
    actions: actions.slice(from * k, to * k),
    policyActions: policyActions.slice(from * k, to * k),
    policyVersions: policyVersions.slice(from, to),
  };
}

export interface Predictions {
  /** The branches one after the other: a state is followed by the next only within its segment. */
  readonly episode: Episode;
  /** The branch of every step of the takeover, shorter where it ends the episode. */
  readonly segments: readonly Segment[];
}

/**
 * Where the agent's action in each step of a takeover would have led, had it been held for `steps` steps:
 * PPL's predictor (Cai et al. 2025) with the environment itself in place of a bicycle model. `state`
 * is the environment's where the takeover began. The executed actions are replayed in `env`, a copy that
 * nothing else uses.
 */
export function rollPredictions(
  env: Environment,
  state: EnvState,
  taken: Taken,
  steps: number,
  options: CounterfactualOptions,
): Predictions {
  const k = env.actionSpace.size;
  const count = taken.policyVersions.length;
  const recorder = recorderFor(env, 'prediction', count * steps, { ...options, keepPoses: false });
  const segments: Segment[] = [];
  let here = state;
  for (let t = 0; t < count; t++) {
    let ts = env.loadState(here);
    if (t === 0)
      recorder.begin(options.id, options.seed, options.startedAt, env, ts, options.branchOf);
    else recorder.jump(env, ts);
    const from = recorder.length;
    const held = taken.policyActions.subarray(t * k, (t + 1) * k);
    for (let i = 0; i < steps && ts.kind !== 'last'; i++) {
      ts = env.step(held);
      recorder.step(env, ts, held, held, 'policy', taken.policyVersions[t]!);
    }
    segments.push({ episodeId: options.id, from, to: recorder.length });
    env.loadState(here);
    env.step(taken.actions.subarray(t * k, (t + 1) * k));
    here = env.saveState();
  }
  recorder.end('aborted');
  return { episode: recorder.episode(), segments };
}

function recorderFor(
  env: Environment,
  origin: EpisodeOrigin,
  capacity: number,
  options: CounterfactualOptions,
) {
  return createEpisodeRecorder({
    runId: options.runId,
    environmentId: env.id,
    configHash: options.configHash,
    observationSize: env.observationSpace.size,
    actionSize: env.actionSpace.size,
    bodies: env.scene.bodies.length,
    origin,
    keepPoses: options.keepPoses !== false,
    capacity,
  });
}

function endOf(ts: TimeStep): Episode['end'] {
  if (ts.kind !== 'last') return 'aborted';
  return ts.discount === 0 ? 'terminated' : 'truncated';
}

/** What a takeover prevented: the branch's cost and end against what happened instead. */
export interface Prevented {
  /** Cost of the branch minus that of the same steps as they happened; negative: the agent's were better. */
  readonly cost: number;
  /** The branch failed and the real steps did not. */
  readonly failure: boolean;
  /** The branch neither failed nor cost more: the takeover was not needed for these seconds. */
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
 * the branch after the last known step of `happened` count only where that step ended its episode,
 * because then nothing more happens. Whether the branch failed is judged by all of its steps.
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

/** The summary of a branch with the verdict in it. */
export function withVerdict(summary: Episode['summary'], verdict: Prevented): Episode['summary'] {
  return {
    ...summary,
    preventedCost: verdict.cost,
    preventedFailure: verdict.failure ? 1 : 0,
    unneeded: verdict.unneeded ? 1 : 0,
  };
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

/** Id of the episode that holds what would have happened from step `from` on. */
export function counterfactualId(episodeId: string, from: number): string {
  return `${episodeId}-cf${from}`;
}

/** Id of the episode that holds the predictions from each step of the same takeover. */
export function predictionsId(episodeId: string, from: number): string {
  return `${counterfactualId(episodeId, from)}-paths`;
}
