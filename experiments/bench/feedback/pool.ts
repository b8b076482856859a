/** Runs spread over worker threads: one fresh thread per run, so that nothing leaks from run to run. */
import { startThread } from '../../../server/threads/threads.ts';
import type { BackendChoice } from './execute.ts';
import { type RunSpec, runKey } from './plan.ts';
import type { Row } from './rows.ts';

/** `workerData` of a run's thread. */
export interface WorkerData {
  readonly spec: RunSpec;
  readonly folder: string;
  readonly backend: BackendChoice;
  readonly deterministic: boolean;
}
export type WorkerEvent =
  | { readonly type: 'step'; readonly done: number }
  | { readonly type: 'done'; readonly row: Row };

/** A run that stopped with an error; it is tried again when the bench is resumed. */
export interface Failure {
  readonly key: string;
  readonly spec: RunSpec;
  readonly reason: string;
}

export interface PoolOptions {
  readonly specs: readonly RunSpec[];
  readonly folder: string;
  readonly workers: number;
  readonly backend: BackendChoice;
  readonly deterministic: boolean;
  readonly onRow: (row: Row) => void;
  readonly onFailure: (failure: Failure) => void;
  /** Steps of all open runs together. */
  readonly onSteps: (steps: number) => void;
  /** Open runs end where they are, and no other begins. */
  readonly stop?: AbortSignal | undefined;
}

/** Resolves when every run is done or has failed; one that fails does not stop the others. */
export async function runPool(options: PoolOptions): Promise<void> {
  const waiting = [...options.specs];
  const open = new Map<string, number>();
  const report = () => options.onSteps([...open.values()].reduce((sum, n) => sum + n, 0));
  const lane = async () => {
    for (let spec = waiting.shift(); spec && !options.stop?.aborted; spec = waiting.shift()) {
      const key = runKey(spec);
      const onStep = (done: number) => {
        open.set(key, done);
        report();
      };
      const outcome = await runOne(spec, options, onStep);
      open.delete(key);
      if (options.stop?.aborted && !outcome.ok) return;
      if (outcome.ok) options.onRow(outcome.row);
      else options.onFailure({ key, spec, reason: outcome.reason });
      report();
    }
  };
  await Promise.all(Array.from({ length: options.workers }, lane));
}

type Outcome =
  | { readonly ok: true; readonly row: Row }
  | { readonly ok: false; readonly reason: string };

function runOne(
  spec: RunSpec,
  options: PoolOptions,
  onStep: (done: number) => void,
): Promise<Outcome> {
  const { folder, backend, deterministic } = options;
  const data: WorkerData = { spec, folder, backend, deterministic };
  return new Promise((resolve) => {
    const end = (outcome: Outcome) => {
      options.stop?.removeEventListener('abort', onStop);
      void thread.stop().then(() => resolve(outcome));
    };
    const onStop = () => end({ ok: false, reason: 'stopped' });
    options.stop?.addEventListener('abort', onStop);
    const thread = startThread<never, WorkerEvent>(
      data,
      new URL('./worker.ts', import.meta.url).href,
      {
        onDeath: (reason) => end({ ok: false, reason }),
        onEvent(event) {
          if (event.type === 'step') onStep(event.done);
          else end({ ok: true, row: event.row });
        },
      },
    );
  });
}
