/** What a run has learned, from its last checkpoint. */
import type { EnvironmentSpec } from '../agent/contract.ts';
import type { Trainer } from '../agent/trainer/contract.ts';
import { createTrainer } from '../agent/trainer/trainer.ts';
import { UsageError } from '../experiments/errors.ts';
import { forPeople } from '../server/learner/for-people.ts';
import type { Run, Storage } from '../server/storage/contract.ts';
import { createEnvironment } from '../sim/registry.ts';

/** @throws UsageError where the run has no checkpoint, or its environment cannot be made. */
export async function withTrainer<T>(
  storage: Storage,
  run: Run,
  use: (trainer: Trainer, spec: EnvironmentSpec) => T | Promise<T>,
): Promise<T> {
  if (run.identity && run.identity.files.length > 0)
    throw new UsageError(
      `run: ${run.id} is of an environment made of files, which are not stored with it; allowed: runs of others, and policy files`,
    );
  const stored = await storage.getCheckpoint(run.id);
  if (!stored) throw new UsageError(`run: ${run.id} has no checkpoint yet, stop it once in order`);
  const { environmentId, identity, preset, seed } = run;
  const env = await createEnvironment(environmentId, identity?.options ?? {});
  const { observationSpace, actionSpace, controlDt } = env;
  env.close();
  const spec = { environmentId, observationSpace, actionSpace, controlDt };
  const overrides = forPeople(identity?.overrides ?? {});
  const trainer = await createTrainer({ preset, spec, seed, runId: run.id, overrides });
  try {
    trainer.load(stored.checkpoint);
    return await use(trainer, spec);
  } finally {
    trainer.dispose();
  }
}

/** @throws UsageError where the run has no reward model. */
export function noRewardModel(run: Run): never {
  throw new UsageError(
    `run: ${run.id} has no reward model yet, allowed runs that were given feedback`,
  );
}
