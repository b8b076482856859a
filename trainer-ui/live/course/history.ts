/** The last seconds of the live simulation in focus, as the page saw them: what can be gone back to. */
import { FLAG, type Frame } from '../../../server/protocol/index.ts';

/** Simulated seconds that are kept: as far as the server goes back in one rewind. */
export const SECONDS = 60;

export interface Instant {
  /** Simulated seconds since reset. */
  readonly time: number;
  readonly reward: number;
  /** NaN without a reward model. */
  readonly learned: number;
  /** How far the reward model's members are apart; NaN without one. */
  readonly disagreement: number;
  readonly isHuman: boolean;
  readonly hasCost: boolean;
}

type Seen = Pick<
  Frame,
  | 'live'
  | 'episodeNumber'
  | 'flags'
  | 'time'
  | 'reward'
  | 'predictedReward'
  | 'disagreement'
  | 'cost'
>;

export interface History {
  /** Oldest first, of one course of events: what a rewind undid is not in it. */
  readonly instants: readonly Instant[];
  see(frame: Seen): void;
}

export function createHistory(): History {
  let instants: Instant[] = [];
  let before: Pick<Frame, 'live' | 'episodeNumber'> | undefined;

  /** Whether it goes on with what is kept: a branch after a rewind does, from its own time on. */
  function goesOn({ live, episodeNumber, time, flags }: Seen): boolean {
    if (before?.live !== live) return false;
    const since = episodeNumber - before.episodeNumber;
    return since === 0 || (since === 1 && time > 0 && (flags & FLAG.first) === 0);
  }

  return {
    get instants() {
      return instants;
    },
    see(frame) {
      const { time, reward, predictedReward, disagreement, cost } = frame;
      const { flags, live, episodeNumber } = frame;
      if (goesOn(frame))
        instants = instants.filter((i) => i.time < time && i.time > time - SECONDS);
      else instants = [];
      before = { live, episodeNumber };
      instants.push({
        time,
        reward,
        learned: predictedReward,
        disagreement,
        isHuman: (flags & FLAG.human) !== 0,
        hasCost: cost > 0,
      });
    },
  };
}

/** The greatest disagreement; undefined where none is told, as by a reward model of one member. */
export function mostApart(instants: readonly Pick<Instant, 'disagreement'>[]): number | undefined {
  const most = Math.max(0, ...instants.map((i) => i.disagreement).filter(Number.isFinite));
  return most > 0 ? most : undefined;
}

/** The least and the greatest of the values, with room so that a flat line lies inside; undefined: there is none. */
export function scaleOf(values: readonly number[]): { low: number; high: number } | undefined {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return undefined;
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  return high - low > 0 ? { low, high } : { low: -1, high: 1 };
}
