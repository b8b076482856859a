/** SAC's losses as training graphs, one for the critics and one for the actor; sac.ts states them in tensors. */
import type { GraphEngine, Program } from '../backend/onnx-engine.ts';
import { createGraph } from '../graphs/graph.ts';
import { network } from '../graphs/layers.ts';
import { squaredError } from '../graphs/losses.ts';
import { add, joinColumns, mul, sub, sumAll, withOnes } from '../graphs/operations.ts';
import { sampleSquashed, squashedGradient } from '../graphs/squashed.ts';
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
  smallestWithGradient,
} from './parts/graph-terms.ts';
import { takeoverCosts } from './parts/takeover-cost.ts';

/** Of SAC's configuration, what its losses depend on. */
export type SacTerms = OffPolicyConfig & {
  readonly rewardScale: number;
  readonly takeoverCostWeight: number;
};

/** What the losses are of. Networks' gradients are written, not added to. */
export interface SacModel {
  readonly c: SacTerms;
  readonly batch: ReplayBatch;
  readonly noise: Float32Array;
  readonly actors: readonly Mlp[];
  readonly critics: Critics;
  readonly takeover: Critics | undefined;
}

export interface SacLosses {
  /** Gradients of all critics, targets by the actor `m`; the loss. `alpha`: entropy's weight in targets. */
  critics(m: number, alpha: number): number;
  /** Gradient of the actor `m`. */
  actor(
    m: number,
    alpha: number,
  ): { loss: number; imitation: number; meanLogProb: number; meanValue: number };
  dispose(): void;
}

interface Shared extends SacModel {
  readonly columns: BatchColumns;
  readonly alpha: Float32Array;
  readonly costs: Float32Array;
  readonly d: number;
  readonly k: number;
}

export function createSacGraphs(engine: GraphEngine, model: SacModel): SacLosses {
  const { c, batch, actors, takeover } = model;
  const n = batch.size;
  const d = batch.observations.length / n;
  const k = batch.actions.length / n;
  const columns = createBatchColumns(batch, d, k, c.stopTdAtTakeover);
  const [alpha, costs] = [new Float32Array(1), new Float32Array(n)];
  const shared: Shared = { ...model, columns, alpha, costs, d, k };
  const results = {
    critics: new Float32Array(1),
    actor: Array.from({ length: 4 }, () => new Float32Array(1)),
  };
  const programs = actors.map((actor) => ({
    critics: criticGraph(engine, shared, actor, results.critics),
    actor: actorGraph(engine, shared, actor, results.actor),
  }));

  return {
    critics(m, entropyWeight) {
      alpha[0] = entropyWeight;
      const novices = columns.fill();
      if (takeover) takeoverCosts(batch, k, costs);
      programs[m]!.critics.run(hasProxy({ ...c, tdWeight: 0 }) ? { [NOVICES]: novices } : {});
      return results.critics[0]!;
    },
    actor(m, entropyWeight) {
      alpha[0] = entropyWeight;
      programs[m]!.actor.run();
      const [loss, imitation, meanLogProb, meanValue] = results.actor.map((array) => array[0]!);
      return {
        loss: loss!,
        imitation: imitation!,
        meanLogProb: meanLogProb!,
        meanValue: meanValue!,
      };
    },
    dispose() {
      for (const pair of programs) for (const program of Object.values(pair)) program.dispose();
    },
  };
}

/** Eqs. 2, 3 and 5: y = r + γ d (min Q'(s', a') − α log π(a'|s')), ½ mean (Q(s, a) − y)², + human terms. */
function criticGraph(engine: GraphEngine, of: Shared, actor: Mlp, result: Float32Array): Program {
  const { c, batch, columns, d, k } = of;
  const n = batch.size;
  const graph = createGraph('sac critics');
  const column = (name: string, array: Float32Array) => graph.input(name, n, 1, array);
  const discounts = column('discounts', batch.discounts);
  const policy = network(graph, 'actor', actor, ONES);
  const next = graph.input('next', n, d, batch.nextObservations);
  const sample = sampleSquashed(
    policy.forward(withOnes(next)).output,
    graph.input('noise', n, k, of.noise),
  );
  const nextInput = withOnes(next, sample.actions);
  const targets = criticNetworks(graph, 'target', of.critics, 'targets');
  const value = smallest(targets.map((net) => net.forward(nextInput).output));
  const entropy = mul(sample.logProbs, graph.input('alpha', 1, 1, of.alpha));
  const reward = mul(column('rewards', batch.rewards), c.rewardScale);
  const y = bootstrap(reward, sub(value, entropy), discounts, c.gamma);

  const observations = graph.input('observations', n, d, batch.observations);
  const input = withOnes(observations, graph.input('actions', n, k, batch.actions));
  const nets = criticNetworks(graph, 'critic', of.critics);
  let { loss } = criticTerms(graph, nets, input, y, columns, { ...c, tdWeight: 0.5 });
  for (const net of nets) net.writeGradients();

  if (of.takeover) {
    const costTargets = criticNetworks(graph, 'cost target', of.takeover, 'targets');
    const cost = smallest(costTargets.map((net) => net.forward(nextInput).output));
    const costY = bootstrap(column('costs', of.costs), cost, discounts, c.gamma);
    const wanted = withOnes(observations, graph.input('wanted', n, k, batch.policyActions));
    for (const net of criticNetworks(graph, 'cost', of.takeover)) {
      const pass = net.forward(wanted);
      const part = squaredError(pass.output, costY, 0.5 / n);
      net.backward(pass, part.dOutput);
      net.writeGradients();
      loss = add(loss, part.loss);
    }
  }
  graph.output('loss', loss, result);
  return engine.compile(graph);
}

/** Eq. 9: mean (α log π(a|s) − min Q(s, a)), a = tanh(μ + σ ε), + imitation on people's steps. */
function actorGraph(
  engine: GraphEngine,
  of: Shared,
  actor: Mlp,
  results: readonly Float32Array[],
): Program {
  const { c, batch, columns, d, k } = of;
  const n = batch.size;
  const graph = createGraph('sac actor');
  const alpha = graph.input('alpha', 1, 1, of.alpha);
  const observations = graph.input('observations', n, d, batch.observations);
  const policy = network(graph, 'actor', actor, ONES);
  const pass = policy.forward(withOnes(observations));
  const sample = sampleSquashed(pass.output, graph.input('noise', n, k, of.noise));
  const input = withOnes(observations, sample.actions);
  const nets = criticNetworks(graph, 'critic', of.critics);
  const { value, dAction } = smallestWithGradient(graph, nets, input, k);
  let loss = mul(sumAll(sub(mul(sample.logProbs, alpha), value)), 1 / n);
  let dActions = mul(dAction, -1 / n);
  if (of.takeover) {
    const cost = smallestWithGradient(graph, criticNetworks(graph, 'cost', of.takeover), input, k);
    loss = add(loss, mul(sumAll(cost.value), c.takeoverCostWeight / n));
    dActions = add(dActions, mul(cost.dAction, c.takeoverCostWeight / n));
  }
  const { dMu, dRaw } = squashedGradient(sample, dActions, mul(alpha, 1 / n));
  // Imitation acts on tanh(μ), what the policy does without noise.
  const imitation = imitationTerms(graph, sample.mean, batch, columns, c);
  const dMean = imitation && mul(imitation.dMu, sub(1, mul(sample.mean, sample.mean)));
  policy.backward(pass, joinColumns(dMean ? add(dMu, dMean) : dMu, dRaw));
  policy.writeGradients();
  const imitated = imitation?.loss ?? graph.number(0);
  const means = [sample.logProbs, value].map((rows) => mul(sumAll(rows), 1 / n));
  for (const [i, number] of [add(loss, imitated), imitated, ...means].entries())
    graph.output(`result ${i}`, number, results[i]!);
  return engine.compile(graph);
}
