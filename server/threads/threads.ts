/** Worker threads with typed messages; a thread that dies is noticed, never silently gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createDeferred } from './deferred.ts';
import { isLastWord } from './last-word.ts';
import { forgetMemory, shareMemory } from './memory.ts';

/**
 * Room for new objects, MB. V8 takes up to 48 for each thread and keeps what a busy start made it take; threads
 * here make few objects that last.
 */
const YOUNG = 6;

/** Longest that one native call of a thread is waited for before it is terminated, ms. */
const NATIVE_PATIENCE = 10_000;
/** The same where the whole process is to end at once, ms. */
const EXIT_PATIENCE = 1000;

/** `nativeCalls` of the threads that run (agent/backend/native-calls.ts): [it is within one, it is to end]. */
const running = new Set<Int32Array>();
const WITHIN = 0;
const ENDING = 1;

export interface Thread<Command> {
  send(command: Command, transfer?: ArrayBuffer[]): void;
  /** Resolves when the thread has said that it says no more (last-word.ts). */
  readonly silent: Promise<void>;
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
  const nativeCalls = new Int32Array(new SharedArrayBuffer(8));
  running.add(nativeCalls);
  const memory = shareMemory();
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    workerData: { ...data, module, nativeCalls, memory },
    transferList: [...transfer],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
  });
  const terminate = worker.terminate.bind(worker);
  // Whoever ends it: within a native call that would end the process (agent/backend/native-calls.ts).
  worker.terminate = async () => {
    Atomics.store(nativeCalls, ENDING, 1);
    const end = Date.now() + NATIVE_PATIENCE;
    while (Atomics.load(nativeCalls, WITHIN) === 1 && Date.now() < end) await sleep(1);
    return terminate();
  };
  let failure: Error | undefined;
  let finished = false;
  const silent = createDeferred<void>();
  worker.on('message', (message: unknown) => {
    if (isLastWord(message)) silent.resolve();
    else handlers.onEvent(message as Event);
  });
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
      running.delete(nativeCalls);
      forgetMemory(memory);
      resolve();
      // Code 0 too: a thread with nothing left to wait for ends as silently as it stops working.
      if (!finished) handlers.onDeath(failure?.message || `exit code ${code}`, failure);
    });
  });
  return {
    send: (command, transfer = []) => worker.postMessage(command, transfer),
    silent: silent.promise,
    ended,
    async stop() {
      finished = true;
      await worker.terminate();
    },
  };
}

/**
 * Ends the process without waiting for work. Its threads are let out of native calls first: Node terminates them,
 * which within a native call would abort the process. A call that takes too long is no reason to stay.
 */
export function exitNow(code: number): never {
  for (const nativeCalls of running) Atomics.store(nativeCalls, ENDING, 1);
  const end = Date.now() + EXIT_PATIENCE;
  for (const nativeCalls of running) {
    while (Atomics.load(nativeCalls, WITHIN) === 1) {
      if (Date.now() > end) process.kill(process.pid, 'SIGKILL');
      Atomics.wait(nativeCalls, WITHIN, 1, 1); // nobody notifies: it is the pause that counts
    }
  }
  process.exit(code);
}
