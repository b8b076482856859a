/**
 * REED (Metcalf et al. 2024, arXiv 2402.17975): beside the reward, every member predicts how the
 * observation changes in the next step, from the agent's own behaviour without any label. Both outputs
 * share the network up to its last layer, which thus learns what matters for the dynamics before
 * people have given much feedback. Deviations: both losses are learned together in place of a phase before
 * each session; the target is the change of every observation column, not a learned embedding.
 */
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import { addLossGradient } from '../nn/fit.ts';
import type { Mlp } from '../nn/mlp.ts';
import type { ReedConfig } from './config.ts';
import { type InputScale, type Reference, scaleRows } from './reference.ts';

export interface Dynamics {
  /**
   * Adds the gradient of `weight` · loss on a batch of pairs of steps to `net.gradients`. The loss is
   * the mean of ½ e² over rows and columns, each column's change in its deviation over the batch:
   * ½ where nothing is predicted. Undefined while there are no two steps in a row.
   */
  addGradient(net: Mlp, scale: InputScale): number | undefined;
}

/** Deviations that an output of 1 stands for, so that tanh reaches what it should. */
const REACH = 3;
const SMALLEST_STD = 1e-3;

/** `width`: columns of a row; `d`: those of the observation, whose changes are the outputs 1 … d. */
export function createDynamics(
  config: ReedConfig,
  backend: Backend,
  reference: Reference,
  width: number,
  d: number,
  random: Random,
): Dynamics {
  let inputs = new Float32Array(0);
  const now = { row: new Float32Array(0), next: new Float32Array(0) };
  const changes = new Float32Array(config.batch * d);

  /** Inputs of up to `batch` steps and the changes that followed them; returns how many. */
  function draw(scale: InputScale): number {
    const columns = scale.mean.length;
    if (inputs.length !== config.batch * columns) {
      inputs = new Float32Array(config.batch * columns);
      now.row = new Float32Array(columns);
      now.next = new Float32Array(columns);
    }
    let n = 0;
    for (let i = 0; i < config.batch; i++) {
      const step = reference.drawStep(random);
      if (!step) continue;
      scaleRows(reference.rows, step.row, 1, width, scale, now.row, 0);
      scaleRows(reference.rows, step.next, 1, width, scale, now.next, 0);
      inputs.set(now.row, n * columns);
      for (let j = 0; j < d; j++) changes[n * d + j] = now.next[j]! - now.row[j]!;
      n++;
    }
    return n;
  }

  /** Every column of n changes to mean 0 and deviation 1 / REACH, in [−1, 1]. */
  function standardise(n: number): void {
    for (let j = 0; j < d; j++) {
      let sum = 0;
      let squares = 0;
      for (let i = j; i < n * d; i += d) {
        sum += changes[i]!;
        squares += changes[i]! ** 2;
      }
      const mean = sum / n;
      const std = Math.max(SMALLEST_STD, Math.sqrt(Math.max(0, squares / n - mean * mean)));
      for (let i = j; i < n * d; i += d)
        changes[i] = Math.min(1, Math.max(-1, (changes[i]! - mean) / (REACH * std)));
    }
  }

  return {
    addGradient(net, scale) {
      const n = draw(scale);
      if (n === 0) return undefined;
      standardise(n);
      const rows = inputs.subarray(0, n * scale.mean.length);
      return addLossGradient(backend, net, rows, n, (outputs, dOutputs) => {
        let loss = 0;
        const share = REACH ** 2 / (n * d);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < d; j++) {
            const at = i * (1 + d) + 1 + j;
            const error = outputs[at]! - changes[i * d + j]!;
            loss += 0.5 * share * error * error;
            dOutputs[at] = config.weight * share * error;
          }
        }
        return loss;
      });
    },
  };
}
