/** What the published version of a reward ensemble predicts, by its members' frozen copies. */
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec } from '../contract.ts';
import { scaleActions } from '../nn/actions.ts';
import { predict as predictRows } from '../nn/fit.ts';
import type { RewardConfig, Zero } from './config.ts';
import { type Member, normaliseMember, rewardsOf } from './members.ts';
import { createPredictorGraph } from './predictor-graph.ts';
import { type InputScale, noScale, scaleRows } from './reference.ts';

export interface Predictor {
  /** Of the published version. */
  scale: InputScale;
  /** Reward outputs of one member's frozen copy for n raw rows. */
  outputs(member: number, rows: Float32Array, n: number): Float32Array;
  /** The same of all members, for observations (n, d) and actions (n, k) in the environment's units. */
  memberOutputs(observations: Float32Array, actions: Float32Array, n: number): Float32Array[];
  /** Freeze the members as they are now, normalised over n raw rows. */
  publish(scale: InputScale, rows: Float32Array, n: number, zero: Zero): void;
  /** Normalised mean over members, less their deviation times `pessimism`, out (n). */
  mean(observations: Float32Array, actions: Float32Array, n: number, out: Float32Array): void;
  /** Standard deviation over normalised members, out (n). */
  deviation(observations: Float32Array, actions: Float32Array, n: number, out: Float32Array): void;
  dispose(): void;
}

/** Rows evaluated at once. */
const CHUNK = 2048;

export function createPredictor(
  spec: EnvironmentSpec,
  config: Pick<RewardConfig, 'outputStd' | 'outputMean' | 'pessimism'>,
  backend: Backend,
  members: readonly Member[],
  squared: number,
): Predictor {
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const width = d + k;
  const chunk = {
    raw: new Float32Array(CHUNK * width),
    inputs: new Float32Array(CHUNK * (width + squared)),
    actions: new Float32Array(CHUNK * k),
  };

  /** Rows [at, at + n) of the caller's arrays into `chunk.inputs`. */
  function load(o: Float32Array, a: Float32Array, at: number, n: number): void {
    chunk.actions.set(a.subarray(at * k, (at + n) * k));
    scaleActions(spec.actionSpace, chunk.actions, n, chunk.actions);
    for (let i = 0; i < n; i++) {
      const row = i * width;
      for (let j = 0; j < d; j++) chunk.raw[row + j] = o[(at + i) * d + j]!;
      for (let j = 0; j < k; j++) chunk.raw[row + d + j] = chunk.actions[i * k + j]!;
    }
    scaleRows(chunk.raw, 0, n, width, predictor.scale, chunk.inputs, 0);
  }

  const frozen = (member: Member, n: number) =>
    rewardsOf(member.frozen, predictRows(backend, member.frozen, chunk.inputs, n), n);

  function moments(o: Float32Array, a: Float32Array, n: number, std: boolean, out: Float32Array) {
    if (graph) return graph.run(std ? 'disagreement' : 'reward', predictor.scale, o, a, n, [out]);
    const all = predictor.memberOutputs(o, a, n);
    const zeros = members.map(({ zero }) => zero);
    const inverses = members.map(({ inverseStd }) => inverseStd);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      let squares = 0;
      for (let m = 0; m < all.length; m++) {
        const r = (all[m]![i]! - zeros[m]!) * inverses[m]!;
        sum += r;
        squares += r * r;
      }
      const mean = sum / members.length;
      const deviation = Math.sqrt(Math.max(0, squares / members.length - mean * mean));
      const reward = mean + config.outputMean - config.pessimism * deviation;
      out[i] = config.outputStd * (std ? deviation : reward);
    }
  }

  const graph =
    backend.graphs && createPredictorGraph(backend.graphs, spec, config, members, squared);
  const predictor: Predictor = {
    scale: noScale(width, squared),
    outputs(member, rows, n) {
      const out = new Float32Array(n);
      for (let at = 0; at < n; at += CHUNK) {
        const part = Math.min(CHUNK, n - at);
        scaleRows(rows, at, part, width, predictor.scale, chunk.inputs, 0);
        out.set(frozen(members[member]!, part), at);
      }
      return out;
    },
    memberOutputs(o, a, n) {
      const all = members.map(() => new Float32Array(n));
      if (graph) {
        graph.run('members', predictor.scale, o, a, n, all);
        return all;
      }
      for (let at = 0; at < n; at += CHUNK) {
        const part = Math.min(CHUNK, n - at);
        load(o, a, at, part);
        for (const [m, member] of members.entries()) all[m]!.set(frozen(member, part), at);
      }
      return all;
    },
    publish(scale, rows, n, zero) {
      predictor.scale = scale;
      for (const [m, member] of members.entries()) {
        member.frozen.parameters.set(member.average ?? member.live.parameters);
        member.frozen.changed();
        normaliseMember(member, predictor.outputs(m, rows, n), zero);
      }
    },
    dispose: () => graph?.dispose(),
    mean: (o, a, n, out) => moments(o, a, n, false, out),
    deviation: (o, a, n, out) => moments(o, a, n, true, out),
  };
  return predictor;
}
