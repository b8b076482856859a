/** What the disk refuses: one alert for all of it, one line in the log per kind, until it is written again. */
import { alertOf } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import type { Alerts } from './alerts.ts';

/** Written again and again, so that the end of the trouble is noticed by itself. */
export type Written =
  | 'an episode'
  | 'the checkpoint'
  | 'the figures'
  | 'what policies have learned from';

export class DiskTroubles {
  readonly #alerts: Pick<Alerts, 'raise' | 'clear'>;
  readonly #log: Pick<Log, 'error' | 'info'>;
  /** What is not written, in the order it failed, and the sentence about it. */
  readonly #open = new Map<Written, string>();

  constructor(alerts: Pick<Alerts, 'raise' | 'clear'>, log: Pick<Log, 'error' | 'info'>) {
    this.#alerts = alerts;
    this.#log = log;
  }

  failed(what: Written, error: unknown): void {
    if (this.#open.has(what)) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.error({ error: reason }, `${what} could not be written`);
    const sentence = `${what[0]!.toUpperCase()}${what.slice(1)} could not be written: ${reason}`;
    this.#open.set(what, sentence);
    this.#alerts.raise(alertOf('storage', {}, sentence));
  }

  written(what: Written): void {
    if (!this.#open.delete(what)) return;
    this.#log.info(`${what} could be written again`);
    const last = [...this.#open.values()].at(-1);
    if (last === undefined) this.#alerts.clear('storage', 'storage-failed');
    else this.#alerts.raise(alertOf('storage', {}, last));
  }
}
