/** Says what files an environment is made of and waits for its end: environments are not for the server's thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { getEnvironment } from '../../sim/registry.ts';
import type { EnvironmentAsked, EnvironmentFiles } from './contract.ts';

const { environment, environmentOptions } = workerData as EnvironmentAsked;
const factory = getEnvironment(environment);
const { pathOptions } = factory;
const answer: EnvironmentFiles = { files: await factory.files?.(environmentOptions), pathOptions };
parentPort!.postMessage(answer);
parentPort!.on('message', () => {});
