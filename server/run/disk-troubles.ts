/** What the disk refuses: one alert for all of it, one line in the log per kind, until it is written again. */
import { alertOf } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import type { Alerts } from './alerts.ts';

/** Written again and again, so that the end of the trouble is noticed by itself. */
export type Written = 'an episode' | 'the checkpoint' | 'the figures';

export class DiskTroubles {
  readonly #alerts: Pick<Alerts, 'raise' | 'clear'>;
  readonly #log: Pick<Log, 'error' | 'info'>;
  readonly #open = new Set<Written>();

  constructor(alerts: Pick<Alerts, 'raise' | 'clear'>, log: Pick<Log, 'error' | 'info'>) {
    this.#alerts = alerts;
    this.#log = log;
  }

  failed(what: Written, error: unknown): void {
    if (this.#open.has(what)) return;
    this.#open.add(what);
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.error({ error: reason }, `${what} could not be written`);
    const sentence = `${what[0]!.toUpperCase()}${what.slice(1)} could not be written: ${reason}`;
    this.#alerts.raise(alertOf('storage', {}, sentence));
  }

  written(what: Written): void {
    if (!this.#open.delete(what)) return;
    this.#log.info(`${what} could be written again`);
    if (this.#open.size === 0) this.#alerts.clear('storage', 'storage-failed');
  }
}
