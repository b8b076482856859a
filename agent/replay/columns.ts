/** The replay buffer's memory: one typed array per quantity, one row per transition. */
export interface Columns {
  observations: Float32Array;
  nextObservations: Float32Array;
  actions: Float32Array;
  policyActions: Float32Array;
  rewards: Float32Array;
  discounts: Float32Array;
  sources: Uint8Array;
  human: Uint8Array;
  taught: Uint8Array;
  lessons: Float32Array;
  takeoverStart: Uint8Array;
  successes: Uint8Array;
  /** Number of the episode, in order of appearance, and step in it. */
  episodes: Float32Array;
  steps: Float32Array;
}

export function allocate(rows: number, d: number, k: number): Columns {
  return {
    observations: new Float32Array(rows * d),
    nextObservations: new Float32Array(rows * d),
    actions: new Float32Array(rows * k),
    policyActions: new Float32Array(rows * k),
    rewards: new Float32Array(rows),
    discounts: new Float32Array(rows),
    sources: new Uint8Array(rows),
    human: new Uint8Array(rows),
    taught: new Uint8Array(rows),
    lessons: new Float32Array(rows * k),
    takeoverStart: new Uint8Array(rows),
    successes: new Uint8Array(rows),
    episodes: new Float32Array(rows),
    steps: new Float32Array(rows),
  };
}

export function widths(d: number, k: number): readonly (readonly [keyof Columns, number])[] {
  return [
    ['observations', d],
    ['nextObservations', d],
    ['actions', k],
    ['policyActions', k],
    ['rewards', 1],
    ['discounts', 1],
    ['sources', 1],
    ['human', 1],
    ['taught', 1],
    ['lessons', k],
    ['takeoverStart', 1],
    ['successes', 1],
    ['episodes', 1],
    ['steps', 1],
  ];
}

/** A loop beats `subarray` + `set` up to a few hundred numbers: it makes no view objects. */
export function copy(
  from: Float32Array,
  fromAt: number,
  into: Float32Array,
  intoAt: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) into[intoAt + i] = from[fromAt + i]!;
}
