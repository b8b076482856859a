/** Running figures of a run for the metrics stream. */
import type { Metrics, MetricValues } from '../../agent/metrics.ts';
import type { EpisodeSummary, MetricsPoint } from '../protocol/index.ts';

/** Episodes that the averages cover. */
const WINDOW = 20;
const MINUTE = 60_000;
/** Takeovers between which steps are counted. */
const TAKEOVERS = 10;

export interface RunStatistics {
  episode(summary: EpisodeSummary): void;
  /** A step of a live loop, by the agent or by a person. */
  liveStep(isHuman: boolean): void;
  /** A takeover has ended. */
  override(): void;
  /** On one step a person's action was outside the space. */
  clipped(): void;
  answer(at: number): void;
  /** Values for the moment `now`, given the totals. */
  values(now: number, totals: { environmentSteps: number; learnerUpdates: number }): Metrics;
}

export function createStatistics(): RunStatistics {
  const recent: EpisodeSummary[] = [];
  let answers: number[] = [];
  /** Live steps per takeover window. */
  const overrideMarks: number[] = [];
  let steps = 0;
  /** Of the agent, in all; and by the end of each of the last takeovers, after the start or the one before them. */
  let agentSteps = 0;
  const agentMarks = [0];
  let clipped = 0;
  let last: { at: number; environmentSteps: number; learnerUpdates: number } | undefined;
  return {
    episode(summary) {
      recent.push(summary);
      if (recent.length > WINDOW) recent.shift();
    },
    liveStep(isHuman) {
      steps++;
      if (!isHuman) agentSteps++;
    },
    override() {
      overrideMarks.push(steps);
      agentMarks.push(agentSteps);
      if (agentMarks.length > TAKEOVERS + 1) agentMarks.shift();
    },
    clipped() {
      clipped++;
    },
    answer(at) {
      answers.push(at);
    },
    values(now, totals) {
      const values: MetricValues = {};
      if (recent.length > 0) {
        const mean = (f: (e: EpisodeSummary) => number) =>
          recent.reduce((sum, e) => sum + f(e), 0) / recent.length;
        values['episode/return'] = mean((e) => e.return);
        values['episode/success'] = mean((e) => (e.success ? 1 : 0));
        values['episode/cost'] = mean((e) => e.cost);
        values['episode/length'] = mean((e) => e.length);
        const learned = recent.filter((e) => e.learnedReturn !== null);
        if (learned.length > 0) {
          const sum = learned.reduce((total, e) => total + (e.learnedReturn ?? 0), 0);
          values['episode/learned-return'] = sum / learned.length;
        }
      }
      while (overrideMarks.length > 0 && overrideMarks[0]! < steps - 1000) overrideMarks.shift();
      values['human/overrides-per-100'] =
        (100 * overrideMarks.length) / Math.max(100, Math.min(1000, steps));
      // The stretch that goes on counts, or a long one would be told only once it is over.
      const takeovers = agentMarks.length - 1;
      if (takeovers > 0)
        values['human/steps-between-takeovers'] = (agentSteps - agentMarks[0]!) / takeovers;
      values['human/clipped-actions'] = clipped;
      answers = answers.filter((at) => at > now - MINUTE);
      values['human/answers-per-minute'] = answers.length;
      if (last && now > last.at) {
        const seconds = (now - last.at) / 1000;
        values['speed/steps-per-second'] =
          (totals.environmentSteps - last.environmentSteps) / seconds;
        values['speed/updates-per-second'] =
          (totals.learnerUpdates - last.learnerUpdates) / seconds;
      }
      last = { at: now, ...totals };
      return values;
    },
  };
}

/** Only the newest reliability diagram is drawn: thirty numbers a point would be most of the history. */
export function forHistory(point: MetricsPoint): MetricsPoint {
  const kept = Object.entries(point.values).filter(([n]) => !n.startsWith('reward/reliability/'));
  return { ...point, values: Object.fromEntries(kept) };
}
