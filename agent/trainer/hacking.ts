/**
 * Alarm for reward hacking: the policy earns more and more of the learned reward, while the ensemble
 * disagrees more and more about what it does. Those clips are asked about first.
 */
import type { Checkpoint, Episode, RewardModel } from '../contract.ts';

export interface HackingWatch {
  /** A finished episode of lived behaviour; one that is known already is replaced. */
  add(episode: Episode): void;
  /** A new version of the reward model: old and new episodes are compared in its eyes. */
  judgeAgain(): void;
  readonly alarm: boolean;
  /** Newest episodes that the members disagree about most; none without alarm. */
  suspects(): ReadonlySet<string>;
  save(): Checkpoint;
  load(checkpoint: Checkpoint): void;
}

/** Episodes in each of the two windows that are compared. */
const WINDOW = 8;
/** Steps that an episode is judged by, evenly spread; kept here, because the store does not outlive a restart. */
const ROWS = 128;
/** Rise of both, in standard deviations of the older window, that counts. */
const RISE = 1;
/** Smallest deviation that counts, so that a constant past does not alarm. */
const LEAST = 0.02;

/** Means per step. */
interface Judgement {
  readonly reward: number;
  readonly disagreement: number;
}

interface Watched {
  readonly id: string;
  /** Absent until there is a reward model. */
  readonly judgement?: Judgement;
  readonly n: number;
  /** (n, d) and (n, k) */
  readonly observations: Float32Array;
  readonly actions: Float32Array;
}

/** `model`: judges episodes once its version is above 0. */
export function createHackingWatch(
  model: Pick<RewardModel, 'version' | 'predict' | 'disagreement'>,
): HackingWatch {
  /** Oldest first. */
  let log: Watched[] = [];

  function judged(entry: Watched): Watched {
    if (model.version === 0) return entry;
    const { observations, actions, n } = entry;
    const values = new Float32Array(n);
    const mean = () => values.reduce((a, b) => a + b, 0) / n;
    model.predict(observations, actions, n, values);
    const reward = mean();
    model.disagreement(observations, actions, n, values);
    return { ...entry, judgement: { reward, disagreement: mean() } };
  }

  function rises(values: readonly number[]): boolean {
    const old = moments(values.slice(0, WINDOW));
    const now = moments(values.slice(-WINDOW));
    return now.mean > old.mean + RISE * Math.max(LEAST, old.deviation);
  }

  const watch: HackingWatch = {
    add(episode) {
      if (episode.length === 0) return;
      const entry = judged(sampled(episode));
      log = [...log.filter((other) => other.id !== entry.id), entry].slice(-2 * WINDOW);
    },
    judgeAgain() {
      log = log.map(judged);
    },
    get alarm() {
      const judgements = log.flatMap((entry) => entry.judgement ?? []);
      return (
        judgements.length === 2 * WINDOW &&
        rises(judgements.map((j) => j.reward)) &&
        rises(judgements.map((j) => j.disagreement))
      );
    },
    suspects() {
      if (!watch.alarm) return new Set();
      const doubt = (entry: Watched) => entry.judgement!.disagreement;
      const now = log.slice(-WINDOW).sort((a, b) => doubt(b) - doubt(a));
      return new Set(now.slice(0, WINDOW / 2).map((entry) => entry.id));
    },
    save: () => ({
      meta: { log: log.map(({ observations: _o, actions: _a, ...rest }) => rest) },
      arrays: Object.fromEntries(
        log.flatMap(({ observations, actions }, i) => [
          [`${i}/observations`, observations],
          [`${i}/actions`, actions],
        ]),
      ),
    }),
    load({ meta, arrays }) {
      const saved = meta.log as Omit<Watched, 'observations' | 'actions'>[];
      log = saved.map((entry, i) => ({
        ...entry,
        observations: arrays[`${i}/observations`]!,
        actions: arrays[`${i}/actions`]!,
      }));
    },
  };
  return watch;
}

/** Copies of evenly spread steps. */
function sampled(episode: Episode): Watched {
  const { id, length, observationSize: d, actionSize: k } = episode;
  const n = Math.min(ROWS, length);
  const observations = new Float32Array(n * d);
  const actions = new Float32Array(n * k);
  for (let i = 0; i < n; i++) {
    const t = Math.floor((i * length) / n);
    observations.set(episode.observations.subarray(t * d, (t + 1) * d), i * d);
    actions.set(episode.actions.subarray(t * k, (t + 1) * k), i * k);
  }
  return { id, n, observations, actions };
}

function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
