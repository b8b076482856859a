/**
 * Tells one target what happens, event by event in order: the next is sent once the one before was taken. What was
 * taken is kept, so that a restart goes on from there; what a killed server had just sent is sent again, under the
 * same id. A target that does not answer is asked again, ever more seldom, and holds nobody up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { textHash } from '../storage/audit-chain.ts';
import type { Storage } from '../storage/contract.ts';
import { type EventType, type ReinsEvent, readEvents } from './events.ts';
import { secretKey, signatureOf } from './signature.ts';

export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
  /** Absent: all. */
  readonly types?: readonly EventType[] | undefined;
}

/** ms each. */
export interface WebhookPace {
  /** Between looks for something new. */
  readonly look: number;
  /** After the first failure; twice as long after each further one, until `most`. */
  readonly retry: number;
  readonly most: number;
  /** For the target's answer. */
  readonly patience: number;
  /** What was taken is written at least so often. */
  readonly keep: number;
}

export const PACE: WebhookPace = {
  look: 500,
  retry: 1000,
  most: 300_000,
  patience: 10_000,
  keep: 1000,
};

export interface WebhookOptions {
  readonly target: WebhookTarget;
  readonly storage: Pick<Storage, 'readAudit' | 'beginDelivery' | 'putDelivered'>;
  readonly log: {
    warn(fields: object, text: string): void;
    info(fields: object, text: string): void;
  };
  readonly pace?: WebhookPace;
}

export interface WebhookReport {
  /** Without its path, which may hold a secret. */
  readonly target: string;
  /** Sequence of the newest event that it took, or that is not of its types. */
  readonly delivered: number;
  /** Tries since it took one, and what came of the last; 0 and null: all is well. */
  readonly failures: number;
  readonly error: string | null;
}

const AT_ONCE = 100;

/** ms after so many failures. `chance` in [0, 1): servers that lost the same target do not all come back at once. */
export function waitAfter(failures: number, pace: WebhookPace, chance: number): number {
  return Math.min(pace.most, pace.retry * 2 ** (failures - 1)) * (1 - 0.2 * chance);
}

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #pace: WebhookPace;
  readonly #key: Buffer;
  readonly #types: ReadonlySet<string> | undefined;
  readonly #name: string;
  readonly #stop = new AbortController();
  readonly #work: Promise<void>;
  #request: AbortController | undefined;
  #delivered: number;
  #kept: number;
  #keptAt = 0;
  #failures = 0;
  #error: string | null = null;

  private constructor(options: WebhookOptions, delivered: number) {
    const { target, pace = PACE } = options;
    this.#options = options;
    this.#pace = pace;
    this.#key = secretKey(target.secret);
    this.#types = target.types && new Set(target.types);
    this.#name = nameOf(target);
    this.#delivered = delivered;
    this.#kept = delivered;
    this.#work = this.#run();
  }

  /** A target that is new is told what happens from now on. @throws RangeError for its secret */
  static async open(options: WebhookOptions): Promise<Webhook> {
    secretKey(options.target.secret);
    const delivered = await options.storage.beginDelivery(nameOf(options.target));
    return new Webhook(options, delivered);
  }

  get report(): WebhookReport {
    return {
      target: new URL(this.#options.target.url).origin,
      delivered: this.#delivered,
      failures: this.#failures,
      error: this.#error,
    };
  }

  /** What was sent but not answered yet is sent again after the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#request?.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const isAll = await this.#round().catch((error) => this.#failed(error));
      if (signal.aborted) break;
      if (this.#failures === 1) await this.#keep().catch(() => {}); // it may be long until it answers
      const wait =
        this.#failures > 0
          ? waitAfter(this.#failures, this.#pace, Math.random())
          : isAll
            ? this.#pace.look
            : 0;
      await sleep(wait, undefined, { signal, ref: false }).catch(() => {});
    }
    await this.#keep().catch(() => {}); // what is not kept is sent again
  }

  /** @returns whether there is nothing newer */
  async #round(): Promise<boolean> {
    const { events, next } = await readEvents(
      this.#options.storage,
      this.#delivered,
      AT_ONCE,
      this.#types,
    );
    const isAll = next === this.#delivered;
    for (const event of events) {
      await this.#send(event);
      this.#taken(event.sequence);
      if (performance.now() - this.#keptAt >= this.#pace.keep) await this.#keep();
    }
    this.#delivered = next;
    if (isAll) await this.#keep();
    return isAll;
  }

  /** @throws Error saying why the target did not take it */
  async #send(event: ReinsEvent): Promise<void> {
    const { patience } = this.#pace;
    const request = new AbortController();
    this.#request = request;
    const late = new Error(`no answer within ${patience / 1000} s`);
    const timer = setTimeout(() => request.abort(late), patience).unref();
    const status = await this.#post(event, request.signal).finally(() => clearTimeout(timer));
    if (status < 200 || status > 299) throw new Error(`it answered ${status}`);
  }

  /** @returns the status */
  async #post(event: ReinsEvent, signal: AbortSignal): Promise<number> {
    const body = JSON.stringify(event);
    const timestamp = Math.floor(Date.now() / 1000);
    const response = await fetch(this.#options.target.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'reins',
        'webhook-id': event.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatureOf({ id: event.id, timestamp, body }, this.#key),
      },
      body,
      signal,
    });
    await response.body?.cancel();
    return response.status;
  }

  #taken(sequence: number): void {
    this.#delivered = sequence;
    if (this.#failures > 0)
      this.#options.log.info({ target: this.report.target }, 'the webhook’s target answers again');
    this.#failures = 0;
    this.#error = null;
  }

  #failed(error: unknown): boolean {
    if (this.#stop.signal.aborted) return false;
    this.#failures++;
    this.#error = reasonOf(error);
    if (this.#failures === 1)
      this.#options.log.warn(
        { target: this.report.target, error: this.#error },
        'a webhook’s target does not take an event; it is tried again until it does',
      );
    return false;
  }

  async #keep(): Promise<void> {
    this.#keptAt = performance.now();
    if (this.#kept === this.#delivered) return;
    const delivered = this.#delivered;
    await this.#options.storage.putDelivered(this.#name, delivered);
    this.#kept = delivered;
  }
}

/** By which a target's place is kept: its address may hold a secret. */
const nameOf = ({ url }: WebhookTarget): string => textHash(url);

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
