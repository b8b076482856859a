/**
 * Which feedback is in which policy. A piece of feedback is in the policy once every part that learns
 * from it has: a reward-model version that contains it, the buffer relabelled with that version, and
 * a learner update after both.
 */
export interface Ledger {
  /** `rewardVersion`: first version that will contain it; 0: the reward model does not use it. */
  add(id: string, rewardVersion: number): void;
  /** A learner update ran on rewards of this version. */
  learned(relabelledVersion: number): void;
  /** Ids that are newly in, in the order they came; each is returned once. */
  take(): string[];
  save(): { waiting: [string, number][]; ready: string[] };
  load(saved: { waiting: [string, number][]; ready: string[] }): void;
}

export function createLedger(): Ledger {
  let waiting: [string, number][] = [];
  let ready: string[] = [];
  return {
    add(id, rewardVersion) {
      waiting.push([id, rewardVersion]);
    },
    learned(version) {
      if (waiting.length === 0) return;
      const still: [string, number][] = [];
      for (const entry of waiting) {
        if (entry[1] <= version) ready.push(entry[0]);
        else still.push(entry);
      }
      waiting = still;
    },
    take() {
      const taken = ready;
      ready = [];
      return taken;
    },
    save: () => ({ waiting: waiting.slice(), ready: ready.slice() }),
    load(saved) {
      waiting = saved.waiting.slice();
      ready = saved.ready.slice();
    },
  };
}
