/** What a run had learned by its newest checkpoint, apart from whose answers do not count. */
import type { LearnedModel } from '../agent/trainer/contract.ts';
import { rejectedBy } from '../server/run/review-rules.ts';
import type { Run, Storage } from '../server/storage/contract.ts';
import type { KeptModel } from '../server/storage/models-contract.ts';
import { noRewardModel, withTrainer } from './run-trainer.ts';

/** @throws UsageError where the run has no checkpoint, or no reward model. */
export async function learnedModel(
  storage: Storage,
  run: Run,
): Promise<KeptModel & Pick<LearnedModel, 'heldOut'>> {
  const standings = await storage.listStandings(run.id);
  const paused = standings.filter(({ state }) => state === 'paused');
  const rejected = rejectedBy(await storage.listReviews(run.id));
  return withTrainer(storage, run, (trainer, { environmentId, observationSpace }) => {
    trainer.exclude(
      paused.map(({ teacherId }) => teacherId),
      rejected,
    );
    const model = trainer.model();
    if (!model) return noRewardModel(run);
    return { environmentId, observationSize: observationSpace.size, ...model };
  });
}
