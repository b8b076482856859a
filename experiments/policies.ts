/** `--policy expert|planner|teacher|random|FILE` as something that acts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createPolicy } from '../agent/acting/policy.ts';
import type { Act } from '../agent/evaluation/evaluate.ts';
import type { Environment, EnvironmentFactory, EnvState, Expert, Memory } from '../sim/contract.ts';
import { streamOf } from '../sim/memory.ts';
import { createRandom } from '../sim/random.ts';
import { sampleInto } from '../sim/spaces.ts';
import { UsageError } from './errors.ts';
import { namesOf, readPolicyFile, type SavedPolicy } from './policy-file.ts';
import { repositoryRoot } from './root.ts';

export interface NamedPolicy {
  /** What acts, in words. */
  readonly description: string;
  readonly act: Act;
  /** What it remembers from act to act; absent: nothing. */
  readonly memory?: Memory | undefined;
}

/** Weights shipped with the repository, made by the command their header names. */
export function expertFile(environmentId: string): string {
  return join(repositoryRoot, 'weights', `${environmentId}.policy`);
}

/** A network that drives as the scripted teacher does; where it is shipped. */
export function cloneFile(environmentId: string): string {
  return join(repositoryRoot, 'weights', `${environmentId}-clone.policy`);
}

/**
 * expert: the learned one shipped with the repository, or the scripted one where none is shipped that reads this observation;
 * planner: the scripted one; teacher: the scripted one that synthetic operators take over with; clone: a
 * network that imitates the teacher, so that what it does is a function of the observation; random:
 * uniform actions; anything else: a file of `reins train`.
 * @throws UsageError when there is no such policy, or the file does not fit the environment.
 */
export function resolvePolicy(
  name: string,
  factory: EnvironmentFactory,
  env: Environment,
  seed: number,
): NamedPolicy {
  if (name === 'random') {
    const random = createRandom(seed, 31);
    const act: Act = (_ts, out) => void sampleInto(env.actionSpace, random, out);
    return { description: 'uniformly random actions', act, memory: streamOf(random) };
  }
  const isShipped = name === 'expert' && existsSync(expertFile(env.id));
  if (isShipped && isSameObservation(load(expertFile(env.id)), env))
    return filePolicy(expertFile(env.id), env, seed);
  if (name === 'clone') {
    if (existsSync(cloneFile(env.id))) return filePolicy(cloneFile(env.id), env, seed);
    throw new UsageError(
      `policy: ${env.id} has no clone, allowed expert, planner, teacher or a file`,
    );
  }
  if (name === 'expert' || name === 'planner' || name === 'teacher') {
    const careful = name === 'teacher' ? undefined : factory.createPlanner;
    const expert = (careful ?? factory.createExpert)?.(env);
    if (!expert) throw new UsageError(`policy: ${env.id} has no ${name}, allowed random or a file`);
    const description = name === 'teacher' ? 'scripted driver that teaches' : 'scripted planner';
    return { description, act: (_ts, out) => expert.act(out), memory: expert.memory };
  }
  return filePolicy(name, env, seed);
}

/**
 * The policy that a synthetic operator drives with, by the names of `resolvePolicy`. The result drives any
 * instance of the environment and leaves its state as it is.
 * @throws UsageError as `resolvePolicy`, once an environment is there.
 */
export function resolveOperator(
  name: string,
  factory: EnvironmentFactory,
): (env: Environment) => Expert {
  if (name === 'teacher') {
    const createExpert = factory.createExpert?.bind(factory);
    if (!createExpert)
      throw new UsageError(`teacher: ${factory.id} has no expert, so it has no override teacher`);
    return createExpert;
  }
  return (env) => {
    const { act, memory } = resolvePolicy(name, factory, env, 1);
    let state: EnvState | undefined;
    return {
      act(out) {
        // Only the environment knows its observation: restoring its own state changes nothing.
        state = env.saveState(state);
        act(env.loadState(state), out);
      },
      ...(memory ? { memory } : {}),
    };
  };
}

/**
 * A policy file whose sizes fit the environment, and that reads its observation as it is meant.
 * @throws UsageError for another kind of file, and naming what differs and the way out
 */
export function fittingPolicy(
  path: string,
  env: Pick<Environment, 'id' | 'observationSpace' | 'actionSpace'>,
): SavedPolicy {
  const saved = load(path);
  const { size } = env.observationSpace;
  if (saved.observationSize !== size || saved.snapshot.actionSpace.size !== env.actionSpace.size) {
    throw new UsageError(
      `policy: ${path} was trained on ${saved.environmentId} (${saved.observationSize} observations, ` +
        `${saved.snapshot.actionSpace.size} actions), ${env.id} has ${size} and ${env.actionSpace.size}; ` +
        `give --env ${saved.environmentId} with the options it was trained with, or a policy of ${env.id}`,
    );
  }
  if (!isSameObservation(saved, env)) {
    throw new UsageError(
      `policy: ${path} was trained on ${saved.environmentId} with options that give ${size} other observations ` +
        `than ${env.id} has with these; give the options it was trained with (such as --compat), or planner`,
    );
  }
  return saved;
}

/** Whether the numbers that it learned to read are called the same here; old files do not say. */
function isSameObservation(
  { observationNames }: SavedPolicy,
  env: Pick<Environment, 'observationSpace'>,
): boolean {
  const here = namesOf(env.observationSpace);
  return observationNames === undefined || here === undefined || observationNames === here;
}

function filePolicy(path: string, env: Environment, seed: number): NamedPolicy {
  const saved = fittingPolicy(path, env);
  const policy = createPolicy(saved.snapshot, createRandom(seed, 32));
  return {
    description: `${path} (policy ${saved.snapshot.version} of ${saved.environmentId})`,
    act: (ts, out) => policy.act(ts.observation, out, 'mean'),
  };
}

/** @throws UsageError naming the file when it is missing, damaged or of another kind. */
function load(path: string): SavedPolicy {
  try {
    return readPolicyFile(path);
  } catch (error) {
    throw new UsageError(
      `policy: ${error instanceof Error ? error.message : String(error)}; allowed expert, planner, teacher, clone, random or a file of reins train`,
    );
  }
}
