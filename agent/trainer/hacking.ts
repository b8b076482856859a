/**
 * Alarm for reward hacking: the policy earns more of the learned reward than it did earlier in the run,
 * while the ensemble disagrees more about what it does. Those clips are asked about first.
 *
 * It needs evidence. A reward model of a few takeovers is new to almost everything: its members disagree wherever
 * the agent goes, and its scale moves with every label. Only once people have judged behaviour often enough does a
 * rise say something about the agent rather than about the model.
 *
 * A policy drifts over hundreds of episodes, so the newest are compared with the oldest of a history
 * that is spread evenly over the whole run, not with those just before them.
 */
import type { Checkpoint, Episode, RewardModel } from '../contract.ts';

export interface HackingWatch {
  /** A finished episode of experience; one that is known already is replaced. */
  add(episode: Episode): void;
  /** A new version of the reward model: old and new episodes are compared in its eyes. */
  judgeAgain(): void;
  readonly alarm: boolean;
  /** Newest episodes that the members disagree about most; none without alarm. */
  suspects(): ReadonlySet<string>;
  save(): Checkpoint;
  load(checkpoint: Checkpoint): void;
}

/** Answers to comparisons, rankings and ratings that the model must have learned from. */
const EVIDENCE = 10;
const JUDGING = ['preference', 'ranking', 'rating'] as const;

/** Episodes in each of the two windows that are compared. */
const WINDOW = 8;
/** Earlier episodes kept at most; then every other one goes. The older window is their first quarter to half. */
const HISTORY = 4 * WINDOW;
/** Steps that an episode is judged by, evenly spread; kept here, because the store does not outlive a restart. */
const ROWS = 64;
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

/** What a checkpoint's JSON holds of an episode. */
type Told = Omit<Watched, 'observations' | 'actions'>;

const told = ({ observations: _o, actions: _a, ...rest }: Watched): Told => rest;

/** `model`: judges episodes once its version is above 0. */
export function createHackingWatch(
  model: Pick<RewardModel, 'version' | 'predict' | 'disagreement' | 'report'>,
): HackingWatch {
  /** The newest, oldest first. */
  let now: Watched[] = [];
  /** Every `stride`-th of those before them, oldest first. */
  let history: Watched[] = [];
  let stride = 1;
  /** Episodes that have left `now`. */
  let passed = 0;

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

  function hasEvidence(): boolean {
    const report = model.report();
    const answers = JUDGING.reduce((n, kind) => n + (report[`reward/labels/${kind}`] ?? 0), 0);
    return answers >= EVIDENCE;
  }

  /** Whether the newest behaviour has more of it than the oldest. */
  function rises(quantity: keyof Judgement): boolean {
    const of = (log: readonly Watched[]) =>
      log.flatMap(({ judgement }) => judgement?.[quantity] ?? []);
    const [old, latest] = [of(history.slice(0, WINDOW)), of(now)];
    if (old.length < WINDOW || latest.length < WINDOW) return false;
    const before = moments(old);
    return moments(latest).mean > before.mean + RISE * Math.max(LEAST, before.deviation);
  }

  function remember(entry: Watched): void {
    if (passed++ % stride === 0) history.push(entry);
    if (history.length < HISTORY) return;
    history = history.filter((_, i) => i % 2 === 0);
    stride *= 2;
  }

  const watch: HackingWatch = {
    add(episode) {
      if (episode.length === 0) return;
      const entry = judged(sampled(episode));
      const isOther = (known: Watched) => known.id !== entry.id;
      history = history.filter(isOther);
      now = [...now.filter(isOther), entry];
      if (now.length > WINDOW) remember(now.shift()!);
    },
    judgeAgain() {
      now = now.map(judged);
      history = history.map(judged);
    },
    get alarm() {
      return hasEvidence() && rises('reward') && rises('disagreement');
    },
    suspects() {
      if (!watch.alarm) return new Set();
      const doubt = (entry: Watched) => entry.judgement!.disagreement;
      const disputed = now.toSorted((a, b) => doubt(b) - doubt(a));
      return new Set(disputed.slice(0, WINDOW / 2).map((entry) => entry.id));
    },
    save: () => ({
      meta: { now: now.map(told), history: history.map(told), stride, passed },
      arrays: Object.fromEntries(
        [...history, ...now].flatMap(({ id, observations, actions }) => [
          [`${id}/observations`, observations.slice()],
          [`${id}/actions`, actions.slice()],
        ]),
      ),
    }),
    load({ meta, arrays }) {
      if (!meta.history) return; // saved before there was one: the watch begins anew
      const entries = (saved: unknown) =>
        (saved as Told[]).map((entry) => ({
          ...entry,
          observations: arrays[`${entry.id}/observations`]!.slice(),
          actions: arrays[`${entry.id}/actions`]!.slice(),
        }));
      now = entries(meta.now);
      history = entries(meta.history);
      stride = meta.stride as number;
      passed = meta.passed as number;
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
