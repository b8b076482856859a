/** The columns of an episode as one table, from which allocating, viewing, copying, storing and sending derive. */
import { POSE_SIZE } from '../../sim/contract.ts';
import type { Episode } from '../contract.ts';

type Sized = Pick<Episode, 'observationSize' | 'actionSize' | 'bodies'>;
type Width = 'observation' | 'action' | 'pose' | 'position' | 'scalar';

/** `extraRow`: the column also holds the state before the first step, (length + 1, width). */
const row = <A>(array: A, width: Width, extraRow = false) => ({ array, width, extraRow });

/** In the order in which episode files list them. */
export const COLUMNS = {
  observations: row(Float32Array, 'observation', true),
  actions: row(Float32Array, 'action'),
  policyActions: row(Float32Array, 'action'),
  sources: row(Uint8Array, 'scalar'),
  policyVersions: row(Uint32Array, 'scalar'),
  envRewards: row(Float32Array, 'scalar'),
  costs: row(Float32Array, 'scalar'),
  discounts: row(Float32Array, 'scalar'),
  successes: row(Uint8Array, 'scalar'),
  poses: row(Float32Array, 'pose', true),
  positions: row(Float32Array, 'position', true),
} as const satisfies Partial<Record<keyof Episode, object>>;

export type ColumnName = keyof typeof COLUMNS;
export type Columns = { [N in ColumnName]: Episode[N] };
export type AnyColumn = Columns[ColumnName];

export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

/** Numbers per step by kind of column; 0 where a column is not kept. */
export type Sizes = Readonly<Record<Width, number>>;

/** Sizes of an episode's columns. `keep` leaves out poses or positions; default: both are kept. */
export function sizesOf(
  { observationSize, actionSize, bodies }: Sized,
  keep: { readonly poses?: boolean; readonly positions?: boolean } = {},
): Sizes {
  return {
    observation: observationSize,
    action: actionSize,
    pose: keep.poses === false ? 0 : bodies * POSE_SIZE,
    position: keep.positions === false ? 0 : 3,
    scalar: 1,
  };
}

/** Sizes of the columns that an episode actually has. */
export function keptSizes(episode: Episode): Sizes {
  const poses = episode.poses.length > 0;
  return sizesOf(episode, { poses, positions: episode.positions.length > 0 });
}

/** Where steps [from, to) of a column begin and end in its array. */
export function span(name: ColumnName, from: number, to: number, sizes: Sizes): [number, number] {
  const { width, extraRow } = COLUMNS[name];
  return [from * sizes[width], (to + (extraRow ? 1 : 0)) * sizes[width]];
}

/** One array per column, made by `make`, which returns the column's own array type. */
export function mapColumns(make: (name: ColumnName) => AnyColumn): Columns {
  return Object.fromEntries(COLUMN_NAMES.map((name) => [name, make(name)])) as unknown as Columns;
}

/** Columns with room for `rows` steps. */
export function allocate(rows: number, sizes: Sizes): Columns {
  return mapColumns((name) => new COLUMNS[name].array(span(name, 0, rows, sizes)[1]));
}

/** Columns twice as large (at least `rows`), with the old numbers in them. */
export function grow(columns: Columns, rows: number, sizes: Sizes): Columns {
  const wider = allocate(Math.max(rows, columns.sources.length * 2), sizes);
  for (const name of COLUMN_NAMES) wider[name].set(columns[name]);
  return wider;
}

/** Views of the first `n` steps. */
export function views(columns: Columns, n: number, sizes: Sizes): Columns {
  return mapColumns((name) => columns[name].subarray(...span(name, 0, n, sizes)));
}

/** Copies of steps [from, to), with the state after each and the one before the first. */
export function sliceColumns(columns: Columns, from: number, to: number, sizes: Sizes): Columns {
  return mapColumns((name) => columns[name].slice(...span(name, from, to, sizes)));
}

/** Copies steps [from, to) of `columns` to the same place in `into`. */
export function copySteps(
  columns: Columns,
  from: number,
  to: number,
  into: Columns,
  sizes: Sizes,
): void {
  for (const name of COLUMN_NAMES) {
    const [start, end] = span(name, from, to, sizes);
    into[name].set(columns[name].subarray(start, end), start);
  }
}

/** Buffers of an episode or a piece of one, for the transfer list: the sender can no longer read them. */
export function buffersOf(columns: Readonly<Columns>): ArrayBuffer[] {
  return COLUMN_NAMES.map((name) => columns[name].buffer as ArrayBuffer);
}

/** What the columns of an episode or a piece of one take, and its pictures. */
export function bytesOf(columns: Readonly<Columns>, pictures: Episode['pictures'] = []): number {
  return [...COLUMN_NAMES.map((name) => columns[name]), ...pictures].reduce(
    (sum, { byteLength }) => sum + byteLength,
    0,
  );
}
