/** A member's gradient on a batch: on graphs in one piece where its labels are intervals, else around a loss in TypeScript. */
import type { Backend } from '../backend/backend.ts';
import { addLossGradient } from '../nn/fit.ts';
import type { Mlp } from '../nn/mlp.ts';
import type { Batch, BatchResult } from './batch.ts';
import { createIntervalGraph, fitsGraph, type IntervalGraph } from './interval-graph.ts';
import { rewardsOf } from './members.ts';
import type { Noise } from './noise.ts';
import type { InputScale } from './reference.ts';

export interface MemberFit {
  /** Writes the gradient of the batch's loss to the network's, which is zero before; adds to that of `noise`. */
  gradient(batch: Batch, scale: InputScale, noise: Noise, noiseScale: number): BatchResult;
  dispose(): void;
}

/** `width`: columns of a stored row, of which the last `squared` are given as squares too. */
export function createMemberFit(
  backend: Backend,
  net: Mlp,
  width: number,
  squared: number,
): MemberFit {
  let graph: IntervalGraph | undefined;
  let dRewards = new Float32Array(0);

  function inOnePiece(batch: Batch, scale: InputScale, noise: Noise): Float32Array | undefined {
    if (!backend.graphs) return undefined;
    const intervals = batch.intervals(noise);
    if (!intervals || intervals.length === 0 || !fitsGraph(intervals.length, batch.rows))
      return undefined;
    graph ??= createIntervalGraph(backend.graphs, net, width, squared);
    return graph.run(batch, intervals, scale);
  }

  /** Rows whose derivatives nobody asks for. */
  function unasked(n: number): Float32Array {
    if (dRewards.length < n) dRewards = new Float32Array(n);
    return dRewards;
  }

  return {
    gradient(batch, scale, noise, noiseScale) {
      const rewards = inOnePiece(batch, scale, noise);
      if (rewards) return batch.loss(rewards, unasked(batch.rows), noise, noiseScale);
      let result: BatchResult | undefined;
      addLossGradient(backend, net, batch.inputs(), batch.rows, (outputs, dOutputs) => {
        const d = net.outputs === 1 ? dOutputs : new Float32Array(batch.rows);
        result = batch.loss(rewardsOf(net, outputs, batch.rows), d, noise, noiseScale);
        if (net.outputs > 1) d.forEach((g, i) => void (dOutputs[i * net.outputs] = g));
        return result.loss;
      });
      return result!;
    },
    dispose: () => graph?.dispose(),
  };
}
