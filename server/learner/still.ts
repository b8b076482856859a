/** In the learner's place where a finished policy drives: it publishes that once, and learns nothing. */
import type { PolicySnapshot } from '../../agent/contract.ts';
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
  return {
    state: 'still',
    ready: Promise.resolve(),
    gone: Promise.resolve(),
    madeWith,
    backend: { name: 'cpu', reason: 'nothing learns: the policy acts in plain TypeScript' },
    metrics: {},
    people: [],
    get counts() {
      return { ...nothing, environmentSteps: steps };
    },
    start(listener) {
      tell = listener;
      tell({ type: 'published', snapshot, appliedFeedback: [], unusedFeedback: [] });
    },
    observe({ from, to }) {
      steps += to - from;
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
