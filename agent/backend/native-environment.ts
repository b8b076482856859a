/** What native TensorFlow reads from the environment, once, when its library is loaded. */
import { availableParallelism } from 'node:os';

/**
 * Adds settings that are missing to `env`; those that a person has set are kept.
 *
 * Half of `cores` compute: the other half is for environments and the server, and TensorFlow's
 * threads wait for work by spinning, which makes products of a few hundred units slower on all cores
 * than on half of them.
 *
 * To be called in the main thread, before a worker thread may load the library: a worker's
 * `process.env` is a copy, which the library does not see.
 */
export function prepareNativeEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  cores: number = availableParallelism(),
): void {
  env.TF_NUM_INTRAOP_THREADS ??= String(Math.max(1, Math.floor(cores / 2)));
  env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // no CPU-features banner on stderr
}

/** Of `node:util`, what `restoreRemovedByNode` gives back. */
export interface NodeUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
}

/**
 * Node 23 removed `util.isNullOrUndefined`, which @tensorflow/tfjs-node 4.22 calls in most operations
 * (its fix was merged and never released). To be called before the addon is loaded.
 */
export function restoreRemovedByNode(util: NodeUtil): void {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
