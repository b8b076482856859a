/**
 * Alarm for reward hacking: the policy earns more and more of the learned reward, while the ensemble
 * disagrees more and more about what it does. Those clips are asked about first.
 */
export interface Judgement {
  /** Mean learned reward per step of an episode. */
  readonly reward: number;
  /** Mean disagreement of the members about it. */
  readonly disagreement: number;
}

export type WatchedEpisode = Judgement & { readonly id: string };

export interface HackingWatch {
  /** A finished episode, as the present reward model sees it. */
  add(episodeId: string, judgement: Judgement): void;
  readonly alarm: boolean;
  /** A new reward model: old and new episodes are compared in its eyes; who cannot be judged is forgotten. */
  judgeAgain(judge: (episodeId: string) => Judgement | undefined): void;
  save(): readonly WatchedEpisode[];
  load(saved: readonly WatchedEpisode[]): void;
  /** Newest episodes with more learned reward and disagreement than usual. */
  suspects(): ReadonlySet<string>;
}

/** Episodes in each of the two windows that are compared. */
const WINDOW = 8;
/** Rise of both, in standard deviations of the older window, that counts. */
const RISE = 1;
/** Smallest deviation that counts, so that a constant past does not alarm. */
const LEAST = 0.02;

export function createHackingWatch(): HackingWatch {
  let log: WatchedEpisode[] = [];

  function moments(pick: (entry: (typeof log)[number]) => number, from: number, to: number) {
    const values = log.slice(from, to).map(pick);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    return { mean, deviation: Math.max(LEAST, Math.sqrt(variance)) };
  }

  function rises(pick: (entry: (typeof log)[number]) => number): boolean {
    const old = moments(pick, 0, WINDOW);
    const now = moments(pick, log.length - WINDOW, log.length);
    return now.mean > old.mean + RISE * old.deviation;
  }

  const watch: HackingWatch = {
    add(id, judgement) {
      log.push({ id, ...judgement });
      if (log.length > 2 * WINDOW) log.shift();
    },
    get alarm() {
      return log.length === 2 * WINDOW && rises((e) => e.reward) && rises((e) => e.disagreement);
    },
    judgeAgain(judge) {
      log = log.flatMap(({ id }) => {
        const judgement = judge(id);
        return judgement ? [{ id, ...judgement }] : [];
      });
    },
    save: () => log.slice(),
    load(saved) {
      log = saved.slice();
    },
    suspects() {
      if (!watch.alarm) return new Set();
      const now = log.slice(-WINDOW).sort((a, b) => b.disagreement - a.disagreement);
      return new Set(now.slice(0, WINDOW / 2).map((e) => e.id));
    },
  };
  return watch;
}
