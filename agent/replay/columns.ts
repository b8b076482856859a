/** The replay buffer's memory: one typed array per quantity, one row per transition. */

/** What a column's row holds: an observation, an action or one number. */
type Width = 'observation' | 'action' | 'scalar';

/** Array type, width and the name in checkpoints of every column that the buffer and a sampled batch have. */
const SHARED = {
  actions: { array: Float32Array, width: 'action', savedAs: 'actions' },
  policyActions: { array: Float32Array, width: 'action', savedAs: 'policyActions' },
  rewards: { array: Float32Array, width: 'scalar', savedAs: 'rewards' },
  discounts: { array: Float32Array, width: 'scalar', savedAs: 'discounts' },
  sources: { array: Uint8Array, width: 'scalar', savedAs: 'sources' },
  human: { array: Uint8Array, width: 'scalar', savedAs: 'human' },
  hasImitationTarget: { array: Uint8Array, width: 'scalar', savedAs: 'taught' },
  imitationTargets: { array: Float32Array, width: 'action', savedAs: 'lessons' },
  takeoverStart: { array: Uint8Array, width: 'scalar', savedAs: 'takeoverStart' },
  successes: { array: Uint8Array, width: 'scalar', savedAs: 'successes' },
} as const satisfies Table;

const SAMPLED = {
  ...SHARED,
  observations: { array: Float32Array, width: 'observation', savedAs: 'observations' },
  nextObservations: { array: Float32Array, width: 'observation', savedAs: 'nextObservations' },
} as const satisfies Table;

/** Without observations and next observations, which have files of their own. */
const KEPT = {
  ...SHARED,
  /** Number of the episode, in order of appearance. */
  episodes: { array: Float32Array, width: 'scalar', savedAs: 'episodes' },
  /** Step in the episode. */
  steps: { array: Float32Array, width: 'scalar', savedAs: 'steps' },
} as const satisfies Table;

type Table = Record<
  string,
  {
    readonly array: typeof Float32Array | typeof Uint8Array;
    readonly width: Width;
    readonly savedAs: string;
  }
>;
type ColumnsOf<T extends Table> = { [Name in keyof T]: InstanceType<T[Name]['array']> };

export type SampledColumns = ColumnsOf<typeof SAMPLED>;
export type Columns = ColumnsOf<typeof KEPT>;

const sizeOf = (width: Width, d: number, k: number): number =>
  width === 'observation' ? d : width === 'action' ? k : 1;

function make<T extends Table>(table: T, rows: number, d: number, k: number): ColumnsOf<T> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { array, width }]) => [
      name,
      new array(rows * sizeOf(width, d, k)),
    ]),
  ) as ColumnsOf<T>;
}

/** `rows` transitions of `d` observation and `k` action numbers. */
export const allocate = (rows: number, d: number, k: number): Columns => make(KEPT, rows, d, k);

/** The columns of a batch of `rows` transitions. */
export const allocateSampled = (rows: number, d: number, k: number): SampledColumns =>
  make(SAMPLED, rows, d, k);

/** What one transition takes in them. */
export const bytesPerRow = (d: number, k: number): number =>
  Object.values(KEPT).reduce(
    (sum, { array, width }) => sum + array.BYTES_PER_ELEMENT * sizeOf(width, d, k),
    0,
  );

/** Every column's name here and in checkpoints, and the numbers in one of its rows. */
export const columnList = (d: number, k: number) =>
  (Object.keys(KEPT) as (keyof Columns)[]).map((name) => ({
    name,
    savedAs: KEPT[name].savedAs,
    width: sizeOf(KEPT[name].width, d, k),
  }));

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
