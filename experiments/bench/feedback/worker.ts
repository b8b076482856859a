/** A thread of `bench feedback`: one run, then it ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { execute } from './execute.ts';
import type { WorkerData, WorkerEvent } from './pool.ts';

const { spec, folder, backend, deterministic } = workerData as WorkerData;
const port = parentPort!;
const post = (event: WorkerEvent) => port.postMessage(event);

// Libraries greet on stdout; it belongs to the result alone.
console.log = console.error;
console.info = console.error;
const onStep = (done: number) => post({ type: 'step', done });
const clock = () => performance.now();
const row = await execute({ spec, folder, backend, deterministic, onStep, clock });
post({ type: 'done', row });
// Keeps the thread until it is stopped: one that ends by itself counts as dead.
port.on('message', () => {});
