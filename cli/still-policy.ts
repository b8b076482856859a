/** `--policy FILE` of serve and watch: a finished policy drives, and nothing learns. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { meanPolicy } from '../agent/acting/mean-policy.ts';
import { asUsage, UsageError } from '../experiments/errors.ts';
import { fittingPolicy } from '../experiments/policies.ts';
import { readPolicyFile } from '../experiments/policy-file.ts';
import type { StillPolicy } from '../server/contract.ts';
import type { EnvironmentOptions } from '../sim/contract.ts';
import { isAsked } from './commands/as-the-run.ts';
import { environmentFactory } from './commands/shared.ts';

/** What only matters where something learns, as commander names it. */
const OF_LEARNING = [
  'preset',
  'set',
  'rollouts',
  'overlap',
  'overlapShare',
  'gold',
  'repeats',
  'triads',
  'quiz',
] as const;

/** A run of a finished policy has no preset. */
const NO_PRESET = 'policy';

interface Flags {
  env: string;
  preset: string;
  policy?: string;
  run?: string;
}

/** @throws UsageError naming the file when it is missing, damaged or of another kind. */
function trainedOn(path: string): string {
  try {
    return readPolicyFile(path).environmentId;
  } catch (error) {
    throw new UsageError(
      `policy: ${(error as Error).message}; allowed a file of reins train, expert or import policy`,
    );
  }
}

/**
 * Its environment, where no other is asked for.
 * @throws UsageError for flags that have no effect beside it, and for what is no policy file
 */
export async function asThePolicy<F extends Flags>(flags: F, command: Command): Promise<F> {
  const { policy } = flags;
  if (policy === undefined) return flags;
  const idle = OF_LEARNING.find((name) => isAsked(command, name));
  if (idle !== undefined)
    throw new UsageError(
      `${idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: has no effect beside --policy, with which nothing learns; leave one of the two out`,
    );
  const isSaid = isAsked(command, 'env') || flags.run !== undefined;
  const env = isSaid ? flags.env : trainedOn(policy);
  return { ...flags, env, preset: NO_PRESET };
}

/** @throws UsageError where the policy's sizes are not the environment's. */
export async function stillPolicy(
  path: string,
  env: string,
  options: EnvironmentOptions,
  isWatched: boolean,
): Promise<StillPolicy> {
  const factory = await environmentFactory(env);
  const instance = await asUsage(() => factory.create(options));
  try {
    const { snapshot, environmentId } = fittingPolicy(path, instance);
    return {
      snapshot: meanPolicy(snapshot),
      name: basename(path),
      trainedOn: environmentId,
      isWatched,
    };
  } finally {
    instance.close();
  }
}
