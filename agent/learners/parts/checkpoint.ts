/** What every learner's checkpoint has in common: its name, counters and the random generator. */
import { RANDOM_STATE_SIZE, type Random } from '../../../sim/random.ts';
import type { Checkpoint } from '../../contract.ts';

/** The generator's words, as JSON. */
export function saveRandom(random: Random): number[] {
  const words = new Float64Array(RANDOM_STATE_SIZE);
  random.save(words, 0);
  return [...words];
}

export function loadRandom(random: Random, saved: unknown): void {
  random.load(Float64Array.from(saved as number[]), 0);
}

/** @throws RangeError when the checkpoint is another learner's. */
export function checkLearner(checkpoint: Checkpoint, learner: string): void {
  if (checkpoint.meta.learner !== learner) {
    throw new RangeError(
      `checkpoint.learner: is ${String(checkpoint.meta.learner)}, expected ${learner}`,
    );
  }
}
