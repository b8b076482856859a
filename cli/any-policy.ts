/** A policy by its file, whoever made it: a file of Reins, an ONNX model, a zip of Stable-Baselines3. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { PolicySnapshot } from '../agent/contract.ts';
import { UsageError } from '../experiments/errors.ts';
import { readPolicyFile, type SavedPolicy } from '../experiments/policy-file.ts';
import type { Environment } from '../sim/contract.ts';

export type PolicyFormat = 'reins' | 'onnx' | 'stable-baselines3';

type Spaces = Pick<Environment, 'id' | 'observationSpace' | 'actionSpace'>;

/** By the file's name or first bytes. @throws UsageError for none of them */
export function formatOf(file: string): PolicyFormat {
  const first = firstBytes(file);
  if (file.endsWith('.onnx')) return 'onnx';
  if (first === 'RNSP') return 'reins';
  if (first.startsWith('PK')) return 'stable-baselines3';
  throw new UsageError(
    `policy: ${file} is no policy, allowed a file of reins train, an ONNX model (.onnx) or a zip of Stable-Baselines3`,
  );
}

/** The policy of a file for an environment of these spaces. @throws UsageError naming what does not fit */
export async function readAnyPolicy(file: string, env: Spaces): Promise<PolicySnapshot> {
  const { observationSpace, actionSpace } = env;
  switch (formatOf(file)) {
    case 'onnx':
      return (await import('./import-onnx.ts')).importOnnx(
        file,
        observationSpace.size,
        actionSpace,
      );
    case 'stable-baselines3':
      return (await import('./import-sb3.ts')).importSb3(file, observationSpace.size, actionSpace);
    case 'reins':
      return fitting(file, load(file), env);
  }
}

function fitting(file: string, saved: SavedPolicy, env: Spaces): PolicySnapshot {
  const { environmentId, observationSize, snapshot } = saved;
  const { size, low, high } = snapshot.actionSpace;
  const { observationSpace, actionSpace } = env;
  if (environmentId !== env.id)
    throw new UsageError(
      `policy: ${file} is of ${environmentId}, allowed one of ${env.id}, or --env ${environmentId}`,
    );
  if (observationSize !== observationSpace.size || size !== actionSpace.size)
    throw new UsageError(
      `policy: ${file} takes ${observationSize} observations and gives ${size} actions, ` +
        `${env.id} has ${observationSpace.size} and ${actionSpace.size} with these options`,
    );
  const bounds = (space: Pick<typeof actionSpace, 'low' | 'high'>) =>
    `${space.low} to ${space.high}`;
  if (bounds({ low, high }) !== bounds(actionSpace))
    throw new UsageError(
      `policy: ${file} has actions from ${bounds({ low, high })}, ${env.id} has ${bounds(actionSpace)} with these options`,
    );
  return snapshot;
}

function load(file: string): SavedPolicy {
  try {
    return readPolicyFile(file);
  } catch (error) {
    throw new UsageError(`policy: ${(error as Error).message}`);
  }
}

function firstBytes(file: string): string {
  const bytes = Buffer.alloc(4);
  let open: number;
  try {
    open = openSync(file, 'r');
  } catch (error) {
    throw new UsageError(`policy: ${(error as Error).message}; allowed a policy's file`);
  }
  try {
    return bytes.toString('latin1', 0, readSync(open, bytes));
  } finally {
    closeSync(open);
  }
}
