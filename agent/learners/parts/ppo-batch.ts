/** Rows of a minibatch, actions in [−1, 1]. */
export interface PpoBatch {
  readonly size: number;
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly oldLogProbs: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  /** 1 where a person acted. */
  readonly human: Float32Array;
}

export function createPpoBatch(size: number, d: number, k: number): PpoBatch {
  return {
    size,
    observations: new Float32Array(size * d),
    actions: new Float32Array(size * k),
    oldLogProbs: new Float32Array(size),
    advantages: new Float32Array(size),
    returns: new Float32Array(size),
    human: new Float32Array(size),
  };
}

/** Columns of a whole round, as PPO prepares them. */
export type PreparedRound = Omit<PpoBatch, 'size' | 'human'>;

/** The rows that `order` starts with; advantages are normalised over the policy's own. */
export function fillPpoBatch(
  batch: PpoBatch,
  round: PreparedRound,
  human: Float32Array,
  order: Int32Array,
): void {
  const { size } = batch;
  const d = batch.observations.length / size;
  const k = batch.actions.length / size;
  let sum = 0;
  let squares = 0;
  let own = 0;
  for (let i = 0; i < size; i++) {
    const row = order[i]!;
    for (let j = 0; j < d; j++) batch.observations[i * d + j] = round.observations[row * d + j]!;
    for (let j = 0; j < k; j++) batch.actions[i * k + j] = round.actions[row * k + j]!;
    batch.oldLogProbs[i] = round.oldLogProbs[row]!;
    batch.returns[i] = round.returns[row]!;
    batch.human[i] = human[row]!;
    const advantage = round.advantages[row]!;
    batch.advantages[i] = advantage;
    if (batch.human[i] === 1) continue;
    own++;
    sum += advantage;
    squares += advantage * advantage;
  }
  if (own === 0) return;
  const mean = sum / own;
  const std = Math.sqrt(Math.max(0, squares / own - mean * mean)) + 1e-8;
  for (let i = 0; i < size; i++) batch.advantages[i] = (batch.advantages[i]! - mean) / std;
}
