/** Node 20 cannot start a .ts worker: this compiles the module that the worker is for, and runs it. */
import { workerData } from 'node:worker_threads';
import { compile } from './compile.mjs';

await import(await compile(workerData.module));
