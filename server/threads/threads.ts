/** Worker threads with typed messages; a thread that dies is noticed, never silently gone. */
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';

/**
 * Room for new objects, MB. V8 takes up to 48 for each thread and keeps what a busy start made it take; threads
 * here make few objects that last.
 */
const YOUNG = 12;

export interface Thread<Command> {
  send(command: Command, transfer?: ArrayBuffer[]): void;
  /** Resolves when the thread has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export function startThread<Command, Event>(
  data: object,
  /** File URL of the module that the thread runs. */
  module: string,
  handlers: {
    onEvent(event: Event): void;
    /** It ended without `stop`, be it in order; `error` is what it threw. */
    onDeath(reason: string, error: Error | undefined): void;
  },
  /** Buffers in `data` that go over instead of being copied. */
  transfer: readonly ArrayBuffer[] = [],
): Thread<Command> {
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    workerData: { ...data, module },
    transferList: [...transfer],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
  });
  let failure: Error | undefined;
  let finished = false;
  worker.on('message', (event: Event) => handlers.onEvent(event));
  // A message that cannot be read would be lost without a word.
  worker.on('messageerror', (error) => {
    failure = error;
    void worker.terminate();
  });
  worker.on('error', (error) => {
    // Errors of another kind, such as DOMException, arrive as plain objects.
    failure = error instanceof Error ? error : new Error(inspect(error));
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      resolve();
      // Code 0 too: a thread with nothing left to wait for ends as silently as it stops working.
      if (!finished) handlers.onDeath(failure?.message || `exit code ${code}`, failure);
    });
  });
  return {
    send: (command, transfer = []) => worker.postMessage(command, transfer),
    ended,
    async stop() {
      finished = true;
      await worker.terminate();
    },
  };
}
