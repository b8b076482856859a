/** TD3's losses as training graphs, one for the critics and one for the actor; td3.ts states them in tensors. */
import type { GraphEngine, Program } from '../backend/onnx-engine.ts';
import { createGraph } from '../graphs/graph.ts';
import { network } from '../graphs/layers.ts';
import { add, clip, mul, sumAll, withOnes } from '../graphs/operations.ts';
import type { Critics } from '../nn/critics.ts';
import type { Mlp } from '../nn/mlp.ts';
import type { ReplayBatch } from '../replay/replay.ts';
import { type BatchColumns, createBatchColumns } from './parts/batch-columns.ts';
import type { OffPolicyConfig } from './parts/fields.ts';
import {
  bootstrap,
  criticNetworks,
  criticTerms,
  hasProxy,
  imitationTerms,
  NOVICES,
  ONES,
  smallest,
} from './parts/graph-terms.ts';

/** Of TD3's configuration, what its losses depend on. */
export type Td3Terms = OffPolicyConfig & {
  readonly targetNoise: number;
  readonly targetNoiseClip: number;
  readonly tdWeight: number;
  readonly imitationOnly: boolean;
};

/** What the losses are of. Networks' gradients are written, not added to. */
export interface Td3Model {
  readonly c: Td3Terms;
  readonly batch: ReplayBatch;
  readonly noise: Float32Array;
  readonly actor: Mlp;
  readonly targetActor: Mlp;
  readonly critics: Critics;
  /** Q₁(s, π(s)), (n), written by `actor` where the actor climbs it. */
  readonly values: Float32Array;
}

export interface Td3Losses {
  /** Gradients of the critics; the loss, and the first critic's values, (n). */
  critics(): { loss: number; first: Float32Array };
  /** Gradient of the actor; its loss with imitation, imitation alone, and π(s), (n, k). */
  actor(): { loss: number; imitation: number; actions: Float32Array };
  dispose(): void;
}

interface Shared extends Td3Model {
  readonly columns: BatchColumns;
  readonly d: number;
  readonly k: number;
}

export function createTd3Graphs(engine: GraphEngine, model: Td3Model): Td3Losses {
  const { c, batch } = model;
  const n = batch.size;
  const d = batch.observations.length / n;
  const k = batch.actions.length / n;
  const columns = createBatchColumns(batch, d, k, c.stopTdAtTakeover);
  const shared: Shared = { ...model, columns, d, k };
  const results = {
    critics: new Float32Array(1),
    first: new Float32Array(n),
    actor: Array.from({ length: 2 }, () => new Float32Array(1)),
    actions: new Float32Array(n * k),
  };
  const critics = criticGraph(engine, shared, results.critics, results.first);
  const actor = actorGraph(engine, shared, results.actor, results.actions);

  return {
    critics() {
      const novices = columns.fill();
      critics.run(hasProxy(c) ? { [NOVICES]: novices } : {});
      return { loss: results.critics[0]!, first: results.first };
    },
    actor() {
      actor.run();
      const [loss, imitation] = results.actor.map((array) => array[0]!);
      return { loss: loss!, imitation: imitation!, actions: results.actions };
    },
    dispose() {
      critics.dispose();
      actor.dispose();
    },
  };
}

/** y = r + γ d min Q'(s', π'(s') + clip(ε)), actions kept in [−1, 1]; tdWeight · mean (Q − y)², + human terms. */
function criticGraph(
  engine: GraphEngine,
  of: Shared,
  result: Float32Array,
  first: Float32Array,
): Program {
  const { c, batch, d, k } = of;
  const n = batch.size;
  const graph = createGraph('td3 critics');
  const next = graph.input('next', n, d, batch.nextObservations);
  const noise = graph.input('noise', n, k, of.noise);
  const jitter = clip(mul(noise, c.targetNoise), -c.targetNoiseClip, c.targetNoiseClip);
  const wanted = network(graph, 'target actor', of.targetActor, ONES).forward(
    withOnes(next),
  ).output;
  const nextInput = withOnes(next, clip(add(wanted, jitter), -1, 1));
  const targets = criticNetworks(graph, 'target', of.critics, 'targets');
  const value = smallest(targets.map((net) => net.forward(nextInput).output));
  const reward = graph.input('rewards', n, 1, batch.rewards);
  const discounts = graph.input('discounts', n, 1, batch.discounts);
  const y = bootstrap(reward, value, discounts, c.gamma);

  const observations = graph.input('observations', n, d, batch.observations);
  const input = withOnes(observations, graph.input('actions', n, k, batch.actions));
  const nets = criticNetworks(graph, 'critic', of.critics);
  const terms = criticTerms(graph, nets, input, y, of.columns, c);
  for (const net of nets) net.writeGradients();
  graph.output('loss', terms.loss, result);
  graph.output('first', terms.first, first);
  return engine.compile(graph);
}

/** −mean Q₁(s, π(s)) + imitation on people's steps. */
function actorGraph(
  engine: GraphEngine,
  of: Shared,
  results: readonly Float32Array[],
  actions: Float32Array,
): Program {
  const { c, batch, d, k } = of;
  const n = batch.size;
  const graph = createGraph('td3 actor');
  const observations = graph.input('observations', n, d, batch.observations);
  const policy = network(graph, 'actor', of.actor, ONES);
  const pass = policy.forward(withOnes(observations));
  const imitation = imitationTerms(graph, pass.output, batch, of.columns, c);
  let loss = imitation?.loss ?? graph.number(0);
  let dActions = imitation?.dMu;
  if (!c.imitationOnly) {
    const [critic] = criticNetworks(graph, 'critic', {
      ...of.critics,
      nets: [of.critics.nets[0]!],
    });
    const values = critic!.forward(withOnes(observations, pass.output));
    const slope = graph.constant(n, 1, new Float32Array(n).fill(-1 / n));
    const climb = critic!.inputGradient(values, slope, d, d + k);
    loss = add(loss, mul(sumAll(values.output), -1 / n));
    graph.output('values', values.output, of.values);
    dActions = dActions ? add(climb, dActions) : climb;
  }
  policy.backward(pass, dActions ?? mul(pass.output, 0));
  policy.writeGradients();
  graph.output('loss', loss, results[0]!);
  graph.output('imitation loss', imitation?.loss ?? graph.number(0), results[1]!);
  graph.output('actions', pass.output, actions);
  return engine.compile(graph);
}
