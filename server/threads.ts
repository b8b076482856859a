/** Worker threads with typed messages; a thread that dies is noticed, never silently gone. */
import { Worker } from 'node:worker_threads';

export interface Thread<Command> {
  send(command: Command, transfer?: ArrayBuffer[]): void;
  /** Resolves when the thread has ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export function startThread<Command, Event>(
  data: object,
  module: string,
  handlers: {
    onEvent(event: Event): void;
    /** It ended without being asked to. */
    onDeath(reason: string): void;
  },
): Thread<Command> {
  const url = new URL(module, import.meta.url).href;
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    workerData: { ...data, module: url },
  });
  let failure = '';
  let finished = false;
  worker.on('message', (event: Event) => handlers.onEvent(event));
  worker.on('error', (error) => {
    failure = error.message;
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      resolve();
      if (!finished && (code !== 0 || failure)) handlers.onDeath(failure || `exit code ${code}`);
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
