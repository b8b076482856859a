/**
 * Which feedback is in which policy. A piece of feedback is in the policy once every part that learns
 * from it has: a reward-model version that contains it, the buffer relabelled with that version, and
 * a learner update after both.
 */
export interface Ledger {
  /** `rewardVersion`: first version that will contain it; 0: the reward model does not use it. */
  add(id: string, rewardVersion: number): void;
  /** The reward model would learn from it, but its person is left out for now. */
  setAside(id: string): void;
  /** Nothing learns from it. */
  ignore(id: string): void;
  /** People may be left out or in again: what `isFitted` is in `rewardVersion`, the next. */
  letIn(isFitted: (id: string) => boolean, rewardVersion: number): void;
  /** A learner update ran on rewards of this version. */
  learned(relabelledVersion: number): void;
  /** Ids that are newly in, in the order they came; each is returned once. */
  take(): string[];
  /** Ids that nothing learns from; each is returned once. */
  takeIgnored(): string[];
  save(): SavedLedger;
  load(saved: SavedLedger): void;
}

/** Parts that are absent: of an earlier version. */
export interface SavedLedger {
  readonly waiting: readonly (readonly [string, number])[];
  readonly ready: readonly string[];
  readonly aside?: readonly string[];
  readonly ignored?: readonly string[];
}

export function createLedger(): Ledger {
  let waiting: (readonly [string, number])[] = [];
  let ready: string[] = [];
  let aside: string[] = [];
  let ignored: string[] = [];
  return {
    add(id, rewardVersion) {
      waiting.push([id, rewardVersion]);
    },
    setAside: (id) => void aside.push(id),
    ignore: (id) => void ignored.push(id),
    letIn(isFitted, rewardVersion) {
      for (const id of aside) if (isFitted(id)) waiting.push([id, rewardVersion]);
      aside = aside.filter((id) => !isFitted(id));
    },
    learned(version) {
      if (waiting.length === 0) return;
      const still: (readonly [string, number])[] = [];
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
    takeIgnored() {
      const taken = ignored;
      ignored = [];
      return taken;
    },
    save: () => ({
      waiting: waiting.slice(),
      ready: ready.slice(),
      ...(aside.length > 0 ? { aside: aside.slice() } : {}),
      ...(ignored.length > 0 ? { ignored: ignored.slice() } : {}),
    }),
    load(saved) {
      waiting = saved.waiting.slice();
      ready = saved.ready.slice();
      aside = saved.aside?.slice() ?? [];
      ignored = saved.ignored?.slice() ?? [];
    },
  };
}
