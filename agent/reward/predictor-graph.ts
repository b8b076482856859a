/** Rewards of all members for many rows at once: one graph from what is in the replay buffer to every reward. */
import type { GraphEngine } from '../backend/onnx-engine.ts';
import type { EnvironmentSpec } from '../contract.ts';
import { createGraph } from '../graphs/graph.ts';
import { joinColumns } from '../graphs/operations.ts';
import { actionUnits, memberRewards, scaledActions } from './graph.ts';
import type { Member } from './members.ts';
import type { InputScale } from './reference.ts';
import { createRepeatedScale, repeatRow } from './repeated-scale.ts';

/** Numbers of inputs evaluated at once: with many rows a run's start costs little, with too many all of it is far away. */
const NUMBERS = 8192 * 23;
const LEAST_ROWS = 512;
const MOST_ROWS = 8192;

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
  squared: number,
): PredictorGraph {
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const most = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.ceil(NUMBERS / (d + k))));
  let ready: ReturnType<typeof prepare> | undefined;

  /** A graph with room for so many rows. */
  function prepare(room: number) {
    const arrays = {
      observations: new Float32Array(room * d),
      actions: new Float32Array(room * k),
      rewards: members.map(() => new Float32Array(room)),
    };
    const scale = createRepeatedScale(room, d + k, squared);
    const graph = createGraph('reward');
    const units = actionUnits(spec);
    const repeated = (name: string, row: Float32Array) =>
      graph.input(name, 'rows', k, repeatRow(row, new Float32Array(room * k)));
    const actions = scaledActions(
      graph.input('actions', 'rows', k, arrays.actions),
      repeated('low', units.low),
      repeated('factor', units.factor),
    );
    const raw = joinColumns(graph.input('observations', 'rows', d, arrays.observations), actions);
    const nets = members.map((member) => member.frozen);
    for (const [m, r] of memberRewards(graph, raw, nets, scale.values(graph)).entries())
      graph.output(`reward ${m}`, r, arrays.rewards[m]!);
    return { room, arrays, scale, program: engine.compile(graph) };
  }

  function reserve(rows: number) {
    if (ready && ready.room >= rows) return ready;
    ready?.program.dispose();
    ready = prepare(rows <= LEAST_ROWS ? LEAST_ROWS : most);
    return ready;
  }

  return {
    run(scale, o, a, n, out) {
      const { room, arrays, program, ...of } = reserve(Math.min(n, most));
      of.scale.set(scale);
      for (let at = 0; at < n; at += room) {
        const rows = Math.min(room, n - at);
        arrays.observations.set(o.subarray(at * d, (at + rows) * d));
        arrays.actions.set(a.subarray(at * k, (at + rows) * k));
        program.run({ rows });
        for (const [m, r] of arrays.rewards.entries()) out[m]!.set(r.subarray(0, rows), at);
      }
    },
    dispose: () => ready?.program.dispose(),
  };
}
