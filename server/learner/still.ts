/**
 * In the learner's place where a finished policy drives: it publishes that once, and learns nothing. It watches
 * whether behaviour drifts from how it began.
 */
import type { PolicySnapshot } from '../../agent/contract.ts';
import { createAssembler } from '../../agent/episode/chunks.ts';
import { createDriftWatch } from '../../agent/quality/drift-watch.ts';
import type { Learner, LearnerReport } from './handle.ts';

/** @param environmentSteps of the run so far */
export function createStillLearner(
  snapshot: PolicySnapshot,
  madeWith: string | undefined,
  environmentSteps: number,
): Learner {
  const nothing = { learnerUpdates: 0, rewardUpdates: 0, humanSteps: 0, labels: 0 };
  let steps = environmentSteps;
  let tell: (report: LearnerReport) => void = () => {};
  const assembler = createAssembler();
  const { layers, actionSpace } = snapshot;
  const drift = createDriftWatch({
    sizes: { observation: layers[0]!.inputs, action: actionSpace.size },
    isLearning: false,
  });
  return {
    state: 'still',
    ready: Promise.resolve(),
    gone: Promise.resolve(),
    madeWith,
    backend: { name: 'cpu', reason: 'nothing learns: the policy acts in plain TypeScript' },
    get metrics() {
      return drift.report();
    },
    people: [],
    get counts() {
      return { ...nothing, environmentSteps: steps };
    },
    start(listener) {
      tell = listener;
      tell({ type: 'published', snapshot, appliedFeedback: [], unusedFeedback: [] });
    },
    observe(chunk) {
      steps += chunk.to - chunk.from;
      const episode = assembler.add(chunk);
      if (episode?.origin !== 'experience' || episode.end === 'open') return;
      drift.add(episode);
      const counts = { ...nothing, environmentSteps: steps };
      tell({ type: 'progress', counts, learning: false, metrics: drift.report() });
    },
    predict: (tag, segment) => tell({ type: 'predicted', tag, segment, predicted: undefined }),
    model: () => Promise.resolve(undefined),
    inUse: () => [],
    recall() {},
    feedback() {},
    exclude() {},
    askQueries() {},
    close: () => Promise.resolve(),
  };
}
