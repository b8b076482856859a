/** Node 20 cannot start a .ts worker: this compiles the module that the worker is for, and runs it. */
import { workerData } from 'node:worker_threads';
import { compile } from './compile.mjs';

const { module, memory } = workerData;
/** Between two reports of what this thread holds (memory.ts), ms. */
const TOLD_EVERY = 2000;

function tellMemory() {
  const { heapTotal, arrayBuffers } = process.memoryUsage();
  memory.set([heapTotal, arrayBuffers]);
}

setInterval(tellMemory, TOLD_EVERY).unref();
await import(await compile(module));
tellMemory();
