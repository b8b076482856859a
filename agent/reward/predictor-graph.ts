/** Rewards of all members for many rows at once: one graph from what is in the replay buffer to every reward. */
import type { GraphEngine, Program } from '../backend/onnx-engine.ts';
import type { EnvironmentSpec } from '../contract.ts';
import { createGraph } from '../graphs/graph.ts';
import { memberRewards } from './graph.ts';
import type { Member } from './members.ts';
import type { InputScale } from './reference.ts';

/** Rows evaluated at once. */
const CHUNK = 2048;

export interface PredictorGraph {
  /** out: per member (n). */
  run(
    scale: InputScale,
    observations: Float32Array,
    actions: Float32Array,
    n: number,
    out: readonly Float32Array[],
  ): void;
  dispose(): void;
}

export function createPredictorGraph(
  engine: GraphEngine,
  spec: EnvironmentSpec,
  members: readonly Member[],
  inputs: number,
  squared: number,
): PredictorGraph {
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const arrays = {
    observations: new Float32Array(CHUNK * d),
    actions: new Float32Array(CHUNK * k),
    rewards: members.map(() => new Float32Array(CHUNK)),
  };
  const own = { mean: new Float32Array(inputs), inverse: new Float32Array(inputs), squared };
  let program: Program | undefined;

  function compile(): Program {
    const graph = createGraph('reward');
    const observations = graph.input('observations', 'rows', d, arrays.observations);
    const actions = graph.input('actions', 'rows', k, arrays.actions);
    const nets = members.map((member) => member.frozen);
    const rewards = memberRewards(graph, observations, actions, own, nets, spec);
    for (const [m, r] of rewards.entries()) graph.output(`reward ${m}`, r, arrays.rewards[m]!);
    return engine.compile(graph);
  }

  return {
    run(scale, o, a, n, out) {
      own.mean.set(scale.mean);
      own.inverse.set(scale.inverse);
      program ??= compile();
      for (let at = 0; at < n; at += CHUNK) {
        const rows = Math.min(CHUNK, n - at);
        arrays.observations.set(o.subarray(at * d, (at + rows) * d));
        arrays.actions.set(a.subarray(at * k, (at + rows) * k));
        program.run({ rows });
        for (const [m, r] of arrays.rewards.entries()) out[m]!.set(r.subarray(0, rows), at);
      }
    },
    dispose: () => program?.dispose(),
  };
}
