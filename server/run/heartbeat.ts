/** What a run does by the clock: figures and status once a second, new queries while some are missing. */
import type { MetricValues } from '../../agent/metrics.ts';
import type { MetricsPoint } from '../protocol/index.ts';
import { memoryOfProcess } from '../threads/memory.ts';
import type { RunParts } from './parts.ts';
import { forHistory } from './statistics.ts';
import { tellStatus } from './status.ts';

const METRICS_EVERY = 1000;
/** How often queries are asked for while some are missing, ms. */
const QUERIES_EVERY = 1500;
/** One of this many metrics points goes to the database. */
const METRICS_KEPT = 5;
/** Queries asked for beyond those that are missing: some cannot be shown. */
const SPARE_QUERIES = 2;

export class Heartbeat {
  readonly #parts: RunParts;
  #timers: readonly NodeJS.Timeout[] = [];
  #points = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  start(): void {
    const { background } = this.#parts;
    this.#timers = [
      setInterval(() => background.run('metrics', this.#report()), METRICS_EVERY),
      setInterval(() => this.#askQueries(), QUERIES_EVERY),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #report(): Promise<void> {
    const { options, viewers, queries, alerts, episodes, troubles } = this.#parts;
    const { background, campaign } = this.#parts;
    const { storage, run } = options;
    const now = Date.now();
    alerts.problems(storage.problems);
    await episodes.retry();
    const point = this.#measure(now);
    viewers.message({ type: 'metrics', points: [point] });
    tellStatus(this.#parts);
    background.run('campaign', campaign.check(now, point.values));
    await queries.expire(now);
    if (this.#points++ % METRICS_KEPT !== 0) return;
    await storage.appendMetrics(run.id, forHistory(point)).then(
      () => troubles.written('the figures'),
      (error) => troubles.failed('the figures', error),
    );
  }

  #measure(now: number): MetricsPoint {
    const { learner, statistics, takeovers, episodes } = this.#parts;
    const { environmentSteps, learnerUpdates } = learner.counts;
    const values = {
      ...learner.metrics,
      ...statistics.values(now, { environmentSteps, learnerUpdates }),
      ...takeovers.metrics(),
      'memory/recent': episodes.bytes / 1e6,
      ...memoryMetrics(learner.metrics['memory/spare']),
    };
    const finite = Object.fromEntries(Object.entries(values).filter(([, v]) => Number.isFinite(v)));
    return { time: now, environmentSteps, learnerUpdates, values: finite };
  }

  #askQueries(): void {
    const { queries, learner, campaign } = this.#parts;
    const { missing, size } = queries;
    if (missing > 0) learner.askQueries(missing + SPARE_QUERIES, size, campaign.asking);
  }
}

/** In MB. `spare`: of the arrays, what was never written to. */
function memoryMetrics(spare = 0): MetricValues {
  const { process, heaps, arrays, code } = memoryOfProcess();
  const used = arrays / 1e6 - spare;
  return {
    'memory/process': process / 1e6,
    'memory/heaps': heaps / 1e6,
    'memory/arrays': used,
    ...(code === undefined ? {} : { 'memory/code': code / 1e6 }),
    'memory/rest': (process - heaps - (code ?? 0)) / 1e6 - used,
  };
}
