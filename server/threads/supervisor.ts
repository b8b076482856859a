/**
 * A thread that is always there: when it ends unasked its owner is told, and another follows after a
 * pause that doubles while they keep dying.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startThread, type Thread } from './threads.ts';

/** Pause before the first restart and the longest one, ms. */
const SHORTEST = 250;
const LONGEST = 30_000;
/** The death of a thread that lived this long counts as the first, ms. */
const HEALTHY = 60_000;

/** Pause before the next start, ms, after `deaths` in a row. */
export function backOff(deaths: number): number {
  return Math.min(LONGEST, SHORTEST * 2 ** Math.max(0, deaths - 1));
}

/** Counts deaths in a row; `at` is wall clock, ms. */
export function createDeathCount(): { started(at: number): void; died(at: number): number } {
  let startedAt = 0;
  let deaths = 0;
  return {
    started(at) {
      startedAt = at;
    },
    died(at) {
      deaths = at - startedAt > HEALTHY ? 1 : deaths + 1;
      return deaths;
    },
  };
}

export interface Death {
  readonly reason: string;
  /** What was thrown, where something was. */
  readonly error: Error | undefined;
  /** Deaths in a row, this one included. */
  readonly deaths: number;
  /** Until the next one starts, where one does, ms. */
  readonly retryMs: number;
}

/** One start of a thread. */
export interface Start<Command> {
  /** `workerData`, without the module. */
  readonly data: object;
  /** Buffers in it that go over to the thread instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Called once the thread is there; sends what it must be told first. `send` is for this thread only. */
  begin(send: (command: Command, transfer?: ArrayBuffer[]) => void): void;
}

export interface Supervision<Command, Event> {
  /** File URL of the module that the thread runs. */
  readonly module: string;
  /** Called anew for each start. What it throws counts as a death. */
  prepare(): Start<Command> | Promise<Start<Command>>;
  /** The event that says that the thread works. */
  isReady(event: Event): boolean;
  onEvent(event: Event): void;
  /** Decides whether another thread follows. */
  onDeath(death: Death): 'restart' | 'give-up';
}

type State<Command> =
  | { readonly kind: 'not-started' }
  | { readonly kind: 'preparing'; readonly prepared: Promise<void> }
  | { readonly kind: 'running'; readonly thread: Thread<Command>; isWorking: boolean }
  | { readonly kind: 'resting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'over' };

export class SupervisedThread<Command, Event> {
  readonly #deaths = createDeathCount();
  #state: State<Command> = { kind: 'not-started' };
  #gone: Promise<void> = Promise.resolve();

  /** There is a thread, be it one that is still starting. */
  get isThere(): boolean {
    return this.#state.kind === 'running';
  }

  /** A thread runs and has said that it works. */
  get isWorking(): boolean {
    return this.#state.kind === 'running' && this.#state.isWorking;
  }

  /** Nothing is kept for a thread that is not there. */
  send(command: Command): void {
    if (this.#state.kind === 'running') this.#state.thread.send(command);
  }

  start(supervision: Supervision<Command, Event>): void {
    this.#state = { kind: 'preparing', prepared: this.#launch(supervision) };
  }

  /** Resolves when the thread that was closed has ended. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /**
   * Sends `last` and waits until the thread has said its last word or ended; after `patience` ms it is terminated.
   * What it takes down after its last word is not waited for: `gone`. Nothing restarts.
   */
  async close(last: Command, patience: number): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'over' };
    switch (state.kind) {
      case 'not-started':
      case 'over':
        return;
      case 'preparing':
        return state.prepared;
      case 'resting':
        clearTimeout(state.timer);
        return;
      case 'running': {
        const { thread } = state;
        thread.send(last);
        const late = sleep(patience, undefined, { ref: false });
        this.#gone = Promise.race([thread.ended, late]).then(thread.stop);
        await Promise.race([thread.silent, this.#gone]);
      }
    }
  }

  async #launch(supervision: Supervision<Command, Event>): Promise<void> {
    this.#deaths.started(Date.now());
    try {
      // A turn later, so that the state is `preparing` whatever happens here.
      const { data, transfer, begin } = await Promise.resolve().then(() => supervision.prepare());
      if (this.#state.kind === 'over') return;
      const thread = startThread<Command, Event>(
        data,
        supervision.module,
        {
          onEvent: (event) => this.#hear(supervision, event),
          onDeath: (reason, error) => this.#bury(supervision, reason, error),
        },
        transfer,
      );
      this.#state = { kind: 'running', thread, isWorking: false };
      begin((command, transfer) => thread.send(command, transfer));
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      this.#bury(supervision, cause.message, cause);
    }
  }

  #hear(supervision: Supervision<Command, Event>, event: Event): void {
    if (this.#state.kind === 'running' && supervision.isReady(event)) this.#state.isWorking = true;
    supervision.onEvent(event);
  }

  #bury(supervision: Supervision<Command, Event>, reason: string, error: Error | undefined): void {
    if (this.#state.kind === 'over') return;
    const deaths = this.#deaths.died(Date.now());
    const retryMs = backOff(deaths);
    const timer = setTimeout(() => this.start(supervision), retryMs);
    this.#state = { kind: 'resting', timer };
    if (supervision.onDeath({ reason, error, deaths, retryMs }) === 'restart') return;
    clearTimeout(timer);
    this.#state = { kind: 'over' };
  }
}
