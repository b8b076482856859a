/** What a trainer counts and remembers between slices of work, stated once: saving and reporting derive from it. */

/** `exploring`: whether it begins with an unsupervised start. */
export function newCounters(exploring: boolean) {
  return {
    version: 0,
    environmentSteps: 0,
    learnerUpdates: 0,
    rewardUpdates: 0,
    humanSteps: 0,
    labels: 0,
    /** Learner updates due for steps observed. */
    pendingUpdates: 0,
    labelsAtSession: 0,
    stepsAtSession: 0,
    inSession: false,
    rewardTurn: true,
    relabelledVersion: 0,
    exploring,
  };
}

export type Counters = ReturnType<typeof newCounters>;
/** Checkpoints call the pending updates `owed`. */
export type SavedCounters = Omit<Counters, 'pendingUpdates'> & { readonly owed: number };

export function savedCounters({ pendingUpdates, ...others }: Counters): SavedCounters {
  return { ...others, owed: pendingUpdates };
}

/** The version of the buffer's labels is the learner's to know: see `relabelled` in the trainer. */
export function restoreCounters(into: Counters, { owed, ...others }: SavedCounters): void {
  Object.assign(into, others, { pendingUpdates: owed, relabelledVersion: 0 });
}

/** The counters that the contract reports. */
export function countsOf(counters: Counters) {
  const { environmentSteps, learnerUpdates, rewardUpdates, humanSteps, labels } = counters;
  return { environmentSteps, learnerUpdates, rewardUpdates, humanSteps, labels };
}

/** The same as metrics. */
export function countMetrics(counters: Counters) {
  return {
    'train/environmentSteps': counters.environmentSteps,
    'train/learnerUpdates': counters.learnerUpdates,
    'train/rewardUpdates': counters.rewardUpdates,
    'train/humanSteps': counters.humanSteps,
    'train/labels': counters.labels,
    'train/updatesOwed': counters.pendingUpdates,
  };
}
