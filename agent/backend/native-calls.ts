/**
 * Marks when this thread is within native code that must not be cut short: a thread that is terminated within
 * ONNX Runtime ends the whole process. Whoever terminates threads shares `workerData.nativeCalls`, an Int32Array of
 * [this thread is within, the thread is to end], sets the second and waits for the first.
 */
import { workerData } from 'node:worker_threads';

const WITHIN = 0;
const ENDING = 1;
const shared = (workerData as { nativeCalls?: Int32Array } | null)?.nativeCalls;

/** Runs `call`; where the thread is about to be terminated, waits for that instead. */
export function nativeCall<T>(call: () => T): T {
  if (!shared) return call();
  Atomics.store(shared, WITHIN, 1);
  try {
    if (Atomics.load(shared, ENDING) === 0) return call();
  } finally {
    Atomics.store(shared, WITHIN, 0);
  }
  Atomics.wait(shared, ENDING, 1);
  throw new Error('this thread is being ended');
}
