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
