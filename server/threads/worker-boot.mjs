/** Node 20 cannot start a .ts worker: this registers tsx, then runs the module the worker is for. */
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
