/** Losses of the off-policy learners in training graphs; the same as critic-loss.ts and human-terms.ts state in tensors. */
import type { Graph, Value } from '../../graphs/graph.ts';
import { type GraphNetwork, network } from '../../graphs/layers.ts';
import { logistic, squaredError } from '../../graphs/losses.ts';
import {
  add,
  min,
  mul,
  type Operand,
  square,
  sub,
  sumAll,
  sumColumns,
  whereLess,
  withOnes,
} from '../../graphs/operations.ts';
import type { Critics } from '../../nn/critics.ts';
import type { ReplayBatch } from '../../replay/replay.ts';
import type { BatchColumns } from './batch-columns.ts';
import type { OffPolicyConfig } from './fields.ts';

/** Of all networks here: their inputs come `withOnes`. */
export const ONES = { ones: true } as const;

/** Name of the number of novice rows, which every run says. */
export const NOVICES = 'novices';

/** Networks of `critics`, or their targets, in a graph. */
export function criticNetworks(
  graph: Graph,
  name: string,
  critics: Pick<Critics, 'nets' | 'targets'>,
  which: 'nets' | 'targets' = 'nets',
): GraphNetwork[] {
  return critics[which].map((net, i) => network(graph, `${name} ${i}`, net, ONES));
}

/** Smallest value per row, (n, 1). */
export function smallest(values: readonly Value[]): Value {
  return values.reduce((least, value) => min(least, value));
}

/** y = r + γ d · next, (n, 1). */
export function bootstrap(reward: Operand, next: Value, discounts: Value, gamma: number): Value {
  return add(mul(mul(next, discounts), gamma), reward);
}

export type CriticTermsConfig = Pick<
  OffPolicyConfig,
  'stopTdAtTakeover' | 'proxyWeight' | 'proxyValue' | 'conservativeWeight'
> & { readonly tdWeight: number };

/** Whether the graph of `criticTerms` reads novice rows. */
export const hasProxy = (c: CriticTermsConfig): boolean =>
  c.proxyWeight > 0 || c.conservativeWeight > 0;

/**
 * Σ over critics of tdWeight · mean (Q − y)² and the terms of people's steps, gradients collected. `input` is (s, a)
 * of the batch, `y` its targets. Returns the loss, (1, 1), and the first critic's values, (n, 1).
 */
export function criticTerms(
  graph: Graph,
  nets: readonly GraphNetwork[],
  input: Value,
  y: Value,
  columns: BatchColumns,
  c: CriticTermsConfig,
): { loss: Value; first: Value } {
  const n = Number(input.shape[0]);
  const passes = nets.map((net) => net.forward(input));
  const weight = c.stopTdAtTakeover
    ? mul(graph.input('counts', n, 1, columns.counts), c.tdWeight / n)
    : c.tdWeight / n;
  const parts = passes.map((pass) => squaredError(pass.output, y, weight));
  let loss = sum(parts.map((part) => part.loss));
  let dQs = parts.map((part) => part.dOutput);
  if (hasProxy(c)) {
    const human = mul(graph.input('human', n, 1, columns.human), 1 / n);
    const own = passes.map((pass) => proxy(pass.output, c.proxyValue, -1, human, c));
    loss = add(loss, sum(own.map((part) => part.loss)));
    dQs = dQs.map((dQ, i) => add(dQ, own[i]!.dOutput));
    loss = add(loss, noviceTerms(graph, nets, Number(input.shape[1]) - 1, columns, n, c));
  }
  for (const [i, pass] of passes.entries()) nets[i]!.backward(pass, dQs[i]!);
  return { loss, first: passes[0]!.output };
}

/** The part of what the agent wanted where a person acted. */
function noviceTerms(
  graph: Graph,
  nets: readonly GraphNetwork[],
  width: number,
  columns: BatchColumns,
  n: number,
  c: CriticTermsConfig,
): Value {
  const novice = withOnes(graph.input('novice', NOVICES, width, columns.novice));
  const weight = mul(graph.input('isNovice', NOVICES, 1, columns.isNovice), 1 / n);
  return sum(
    nets.map((net) => {
      const pass = net.forward(novice);
      const { loss, dOutput } = proxy(pass.output, -c.proxyValue, 1, weight, c);
      net.backward(pass, dOutput);
      return loss;
    }),
  );
}

/** Σ weight · (proxyWeight (Q − value)² + sign · conservativeWeight Q). */
function proxy(q: Value, value: number, sign: 1 | -1, weight: Value, c: CriticTermsConfig) {
  const { loss, dOutput } = squaredError(q, value, mul(weight, c.proxyWeight));
  const slope = mul(weight, sign * c.conservativeWeight);
  return { loss: add(loss, sumAll(mul(q, slope))), dOutput: add(dOutput, slope) };
}

/**
 * The smallest value of all critics per row, (n, 1), and its gradient by the action, (n, k): of each row, through the
 * critic that gives it, the first of equals.
 */
export function smallestWithGradient(
  graph: Graph,
  nets: readonly GraphNetwork[],
  input: Value,
  actionSize: number,
): { value: Value; dAction: Value } {
  const [n, width] = [Number(input.shape[0]), Number(input.shape[1]) - 1];
  const passes = nets.map((net) => net.forward(input));
  let value = passes[0]!.output;
  let chosen: Value[] = [graph.constant(n, 1, new Float32Array(n).fill(1))];
  for (const pass of passes.slice(1)) {
    const less = whereLess(pass.output, value, 1, 0);
    const rest = sub(1, less);
    chosen = [...chosen.map((mask) => mul(mask, rest)), less];
    value = min(value, pass.output);
  }
  const parts = passes.map((pass, i) =>
    nets[i]!.inputGradient(pass, chosen[i]!, width - actionSize, width),
  );
  return { value, dAction: sum(parts) };
}

export type ImitationConfig = Pick<
  OffPolicyConfig,
  'bcWeight' | 'preferenceWeight' | 'preferenceBeta'
>;

/** Behaviour cloning and preference of `mu` (n, k); undefined where the configuration has neither. */
export function imitationTerms(
  graph: Graph,
  mu: Value,
  batch: ReplayBatch,
  columns: BatchColumns,
  c: ImitationConfig,
): { loss: Value; dMu: Value } | undefined {
  if (c.bcWeight === 0 && c.preferenceWeight === 0) return undefined;
  const [n, k] = [Number(mu.shape[0]), Number(mu.shape[1])];
  const target = graph.input('imitationTargets', n, k, batch.imitationTargets);
  const weight = graph.input('imitation', n, 1, columns.imitation);
  const cloning = squaredError(mu, target, mul(weight, c.bcWeight));
  if (c.preferenceWeight === 0) return { loss: cloning.loss, dMu: cloning.dOutput };
  const wanted = graph.input('wanted', n, k, batch.policyActions);
  const beta = c.preferenceBeta;
  // z = β (‖μ − a_policy‖² − ‖μ − a_human‖²), dz/dμ = 2 β (a_human − a_policy)
  const further = sub(square(sub(mu, wanted)), square(sub(mu, target)));
  const preference = logistic(mul(sumColumns(further), beta), mul(weight, c.preferenceWeight));
  const dMu = mul(mul(sub(target, wanted), 2 * beta), preference.dOutput);
  return { loss: add(cloning.loss, preference.loss), dMu: add(cloning.dOutput, dMu) };
}

export function sum(values: readonly Value[]): Value {
  return values.reduce((total, value) => add(total, value));
}
