/** What an ensemble predicts for many rows at once: one graph from what is in the replay buffer to the rewards. */
import type { GraphEngine, Program } from '../backend/onnx-engine.ts';
import type { EnvironmentSpec } from '../contract.ts';
import { createGraph, type Graph } from '../graphs/graph.ts';
import { joinColumns, withOnes } from '../graphs/operations.ts';
import type { RewardConfig } from './config.ts';
import {
  actionUnits,
  memberRewards,
  networkInputs,
  publishedReward,
  scaledActions,
} from './graph.ts';
import type { Member } from './members.ts';
import type { InputScale } from './reference.ts';
import { createRepeatedScale, repeatRow } from './repeated-scale.ts';

/** Numbers of inputs evaluated at once: with many rows a run's start costs little, with too many all of it is far away. */
const NUMBERS = 8192 * 23;
const LEAST_ROWS = 512;
const MOST_ROWS = 8192;

/** Reward of every member, or what they say together (`Predictor`). */
export type Predicted = 'members' | 'reward' | 'disagreement';

export interface PredictorGraph {
  /** out: (n) for every member, or one. */
  run(
    what: Predicted,
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
  config: Pick<RewardConfig, 'outputStd' | 'outputMean' | 'pessimism'>,
  members: readonly Member[],
  squared: number,
): PredictorGraph {
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const most = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.ceil(NUMBERS / (d + k))));
  const zeros = new Float32Array(members.length);
  const inverses = new Float32Array(members.length);
  let ready: ReturnType<typeof prepare> | undefined;

  /** Arrays for so many rows, and the graphs that read and write them. */
  function prepare(room: number) {
    const arrays = {
      observations: new Float32Array(room * d),
      actions: new Float32Array(room * k),
      out: members.map(() => new Float32Array(room)),
    };
    const scale = createRepeatedScale(room, d + k, squared);
    const units = actionUnits(spec);
    const [low, factor] = [units.low, units.factor].map((row) =>
      repeatRow(row, new Float32Array(room * k)),
    );

    function rewards(graph: Graph) {
      const ofAction = (name: string, array: Float32Array) => graph.input(name, 'rows', k, array);
      const actions = scaledActions(
        ofAction('actions', arrays.actions),
        ofAction('low', low!),
        ofAction('factor', factor!),
      );
      const raw = joinColumns(graph.input('observations', 'rows', d, arrays.observations), actions);
      const x = withOnes(networkInputs(raw, scale.values(graph)));
      const nets = members.map((member) => member.frozen);
      return memberRewards(graph, x, nets, { ones: true });
    }

    function build(what: Predicted): Program {
      const graph = createGraph(what);
      const each = rewards(graph);
      if (what === 'members') {
        for (const [m, r] of each.entries()) graph.output(`reward ${m}`, r, arrays.out[m]!);
        return engine.compile(graph);
      }
      const number = (name: string, m: number, array: Float32Array) =>
        graph.input(`${name} ${m}`, 1, 1, array.subarray(m, m + 1));
      const normalised = members.map((_, m) => ({
        zero: number('zero', m, zeros),
        inverseStd: number('inverse deviation', m, inverses),
      }));
      graph.output(what, publishedReward(each, normalised, config)[what], arrays.out[0]!);
      return engine.compile(graph);
    }

    const programs = new Map<Predicted, Program>();
    return {
      room,
      arrays,
      scale,
      program(what: Predicted): Program {
        const program = programs.get(what) ?? build(what);
        programs.set(what, program);
        return program;
      },
      dispose() {
        for (const program of programs.values()) program.dispose();
      },
    };
  }

  function reserve(rows: number) {
    if (ready && ready.room >= rows) return ready;
    ready?.dispose();
    ready = prepare(rows <= LEAST_ROWS ? LEAST_ROWS : most);
    return ready;
  }

  return {
    run(what, of, o, a, n, out) {
      const { room, arrays, program, scale } = reserve(Math.min(n, most));
      scale.set(of);
      for (const [m, { zero, inverseStd }] of members.entries()) {
        zeros[m] = zero;
        inverses[m] = inverseStd;
      }
      for (let at = 0; at < n; at += room) {
        const rows = Math.min(room, n - at);
        arrays.observations.set(o.subarray(at * d, (at + rows) * d));
        arrays.actions.set(a.subarray(at * k, (at + rows) * k));
        program(what).run({ rows });
        for (const [i, into] of out.entries()) into.set(arrays.out[i]!.subarray(0, rows), at);
      }
    },
    dispose: () => ready?.dispose(),
  };
}
