/** The networks of a reward ensemble: each member keeps learning in one copy and predicts with another. */
import { createRandom, type Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { Adam } from '../nn/adam.ts';
import { createLearningMlp } from '../nn/memory.ts';
import { createMlp, type Mlp } from '../nn/mlp.ts';
import type { RewardConfig, Zero } from './config.ts';

/** `zero` and `inverseStd` normalise the frozen copy's output, as of its version. */
export interface Member {
  readonly live: Mlp;
  readonly frozen: Mlp;
  /** Of the weights after recent steps; absent: the latest are published. */
  readonly average?: Float32Array;
  readonly adam: Adam;
  zero: number;
  inverseStd: number;
}

/** `inputs` numbers in; out come the reward and, with REED, how each of `d` observation columns changes. */
export function createMembers(
  backend: Backend,
  config: RewardConfig,
  inputs: number,
  d: number,
  random: Random,
): Member[] {
  const sizes = [inputs, ...config.hidden, config.reed ? 1 + d : 1];
  const layers = { sizes, activation: 'leaky-relu', outputActivation: config.output } as const;
  const { learningRate } = config;
  return Array.from({ length: config.members }, () => {
    const { net: live, adam } = createLearningMlp(backend, layers, { learningRate }, random);
    const frozen = createMlp(backend, layers, createRandom(0));
    frozen.parameters.set(live.parameters);
    const average = config.averageSteps > 0 ? { average: live.parameters.slice() } : {};
    return { live, frozen, ...average, adam, zero: 0, inverseStd: 1 };
  });
}

/** Take the live weights into the average, which they move by `share`. */
export function addToAverage({ live, average }: Member, share: number): void {
  if (!average) return;
  const { parameters } = live;
  for (let i = 0; i < average.length; i++) average[i]! += share * (parameters[i]! - average[i]!);
}

/** The reward among a network's outputs (n, ·), (n). */
export function rewardsOf(net: Mlp, outputs: Float32Array, n: number): Float32Array {
  if (net.outputs === 1) return outputs;
  const rewards = new Float32Array(n);
  for (let i = 0; i < n; i++) rewards[i] = outputs[i * net.outputs]!;
  return rewards;
}

/** Least deviation that is divided by. */
const SMALLEST_STD = 1e-3;

/** Share of reference rows whose rewards are at most 0 with `zero: 'low'`. */
const LOW = 0.05;

/** Whether the member's published reward does not vary. */
export function isFlat(member: Member): boolean {
  return member.inverseStd >= 1 / SMALLEST_STD;
}

/** Statistics of a member's `outputs` over reference rows, and where its zero is (config.ts). */
export function normaliseMember(member: Member, outputs: Float32Array, zero: Zero): void {
  const n = outputs.length;
  let mean = 0;
  if (zero !== 'learned') for (const r of outputs) mean += r / n;
  let squares = 0;
  for (const r of outputs) squares += (r - mean) ** 2 / n;
  member.zero = zero === 'low' ? outputs.slice().sort()[Math.floor(LOW * n)]! : mean;
  member.inverseStd = 1 / Math.max(SMALLEST_STD, Math.sqrt(squares));
}
