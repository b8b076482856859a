/**
 * A thread that is always there: when it ends unasked that is said, and another follows after a pause
 * that doubles while they keep dying.
 */
import { startThread, type Thread } from './threads.ts';

/** Pause before the first restart and the longest one, ms. */
const SHORTEST = 250;
const LONGEST = 30_000;
/** A thread that lived so long is not held responsible for its predecessors, ms. */
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
  /** ms until the next one starts. */
  readonly retryMs: number;
}

export interface Supervised<Command> {
  /** Nothing is kept for a thread that is not there. */
  send(command: Command): void;
  /** There is a thread, be it one that is still starting. */
  readonly isThere: boolean;
  /** A thread runs and has said that it works. */
  readonly isWorking: boolean;
  /** Sends `last`, waits for the end up to `patience` ms, then terminates. Nothing restarts. */
  close(last: Command, patience: number): Promise<void>;
}

export function superviseThread<Command, Event>(options: {
  readonly module: string;
  /** For each start anew. */
  data(): object;
  /** The event that says that the thread works. */
  isReady(event: Event): boolean;
  onEvent(event: Event): void;
  /** A thread was started: what it must be told first. */
  onStart(send: (command: Command) => void): void;
  onDeath(death: Death): void;
}): Supervised<Command> {
  let thread: Thread<Command> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isWorking = false;
  let closing = false;
  const count = createDeathCount();

  function start(): void {
    count.started(Date.now());
    const started = startThread<Command, Event>(options.data(), options.module, {
      onEvent(event) {
        if (options.isReady(event)) isWorking = true;
        options.onEvent(event);
      },
      onDeath(reason, error) {
        thread = undefined;
        isWorking = false;
        if (closing) return;
        const deaths = count.died(Date.now());
        const retryMs = backOff(deaths);
        timer = setTimeout(start, retryMs);
        options.onDeath({ reason, error, deaths, retryMs });
      },
    });
    thread = started;
    options.onStart((command) => started.send(command));
  }

  start();
  return {
    send: (command) => thread?.send(command),
    get isThere() {
      return thread !== undefined;
    },
    get isWorking() {
      return isWorking;
    },
    async close(last, patience) {
      closing = true;
      clearTimeout(timer);
      const ending = thread;
      if (!ending) return;
      ending.send(last);
      await Promise.race([
        ending.ended,
        new Promise((resolve) => setTimeout(resolve, patience).unref()),
      ]);
      await ending.stop();
    },
  };
}
