/**
 * A recorded session: episodes of a run in one file, for pages that have no server. `RNSR`, the length of a
 * JSON header (uint32, little-endian), the header, then the arrays that it names by their number: poses by
 * episode, and those of the scenes. Floats are kept to a tenth of a millimetre.
 */
import type { SceneDescription } from '../../sim/contract.ts';
import type { WireEnvironment } from './environment.ts';
import { decodeFloats, decodeWholes, encodeNumbers } from './number-columns.ts';
import type { EpisodeReply, StepColumns } from './replies.ts';

export interface SessionEvent {
  /** Of feedback; `counterfactual` and `retraction` are none. */
  readonly kind: string;
  /** Steps [from, to); from = to: at a moment. */
  readonly from: number;
  readonly to: number;
  /** In [−1, 1]: of rewards and marked stretches. */
  readonly value?: number;
  /** Of a comparison: whether this clip was the better one. */
  readonly outcome?: 'better' | 'worse' | 'equal';
}

export interface SessionEpisode extends EpisodeReply {
  readonly sceneId: number;
  /** Columns of steps as the page's server tells them. */
  readonly steps: StepColumns;
  /** Per step; absent where nothing was learned. */
  readonly learnedRewards?: readonly number[];
  /** Standard deviation of it over the reward model's members, per step. */
  readonly disagreements?: readonly number[];
  /** Whether the last step solved the task. */
  readonly success: boolean;
  readonly events: readonly SessionEvent[];
}

export interface RecordedSession {
  readonly run: {
    readonly id: string;
    readonly name?: string;
    readonly preset: string;
    readonly seed: number;
    /** ms since epoch. */
    readonly createdAt: number;
  };
  readonly environment: WireEnvironment;
  /** By number. */
  readonly scenes: Readonly<Record<number, SceneDescription>>;
  readonly episodes: readonly SessionEpisode[];
  /** (length + 1, bodies · 7) per episode. */
  readonly poses: readonly Float32Array[];
}

const MAGIC = 0x52534e52; // "RNSR", little-endian
const FORMAT = 1;
const PREFIX = 8;

/** In place of an array: its type and its number. */
interface Placed {
  readonly $: 'Float32Array' | 'Uint32Array' | 'Uint8Array';
  readonly at: number;
}

export function encodeSession(session: RecordedSession): Uint8Array<ArrayBuffer> {
  const { poses, scenes, ...rest } = session;
  const columns = poses.map((of, i) =>
    encodeNumbers(of, of.length / (session.episodes[i]!.length + 1)),
  );
  const place = (_key: string, value: unknown): unknown => {
    if (!ArrayBuffer.isView(value)) return value;
    const array = value as Float32Array | Uint32Array | Uint8Array;
    columns.push(encodeNumbers(array));
    return { $: array.constructor.name, at: columns.length - 1 };
  };
  const placed = JSON.parse(JSON.stringify(scenes, place)) as unknown;
  const header = { format: FORMAT, ...rest, scenes: placed };
  const bytes = columns.map(({ length }) => length);
  const json = new TextEncoder().encode(JSON.stringify({ ...header, bytes }));
  const size = bytes.reduce((sum, length) => sum + length, PREFIX + json.length);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  out.set(json, PREFIX);
  let at = PREFIX + json.length;
  for (const column of columns) {
    out.set(column, at);
    at += column.length;
  }
  return out;
}

type Header = Omit<RecordedSession, 'poses' | 'scenes'> & {
  readonly format: number;
  readonly scenes: unknown;
  readonly bytes: readonly number[];
};

/** @throws RangeError for bytes that are no recorded session, not all of one, or of another version */
export function decodeSession(bytes: Uint8Array): RecordedSession {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX || view.getUint32(0, true) !== MAGIC)
    throw new RangeError('session: is no recorded session of reins export session');
  const start = PREFIX + view.getUint32(4, true);
  if (start > bytes.length) throw new RangeError('session: ends inside its header');
  const {
    format,
    bytes: sizes,
    scenes,
    ...rest
  } = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX, start))) as Header;
  if (format !== FORMAT)
    throw new RangeError(`session: is of format ${format}, allowed ${FORMAT}: export it again`);
  const total = sizes.reduce((sum, size) => sum + size, start);
  if (total !== bytes.length)
    throw new RangeError(`session: has ${bytes.length} bytes, expected ${total}`);
  let at = start;
  const columns = sizes.map((size) => bytes.subarray(at, (at += size)));
  return {
    ...rest,
    scenes: withArrays(scenes, columns) as RecordedSession['scenes'],
    poses: rest.episodes.map((_, i) => decodeFloats(columns[i]!)),
  };
}

function withArrays(value: unknown, columns: readonly Uint8Array[]): unknown {
  if (Array.isArray(value)) return value.map((item) => withArrays(item, columns));
  if (value === null || typeof value !== 'object') return value;
  if ('$' in value) return arrayOf(value as Placed, columns);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withArrays(inner, columns)]),
  );
}

function arrayOf({ $: type, at }: Placed, columns: readonly Uint8Array[]) {
  const column = columns[at]!;
  switch (type) {
    case 'Float32Array':
      return decodeFloats(column);
    case 'Uint32Array':
      return Uint32Array.from(decodeWholes(column));
    case 'Uint8Array':
      return Uint8Array.from(decodeWholes(column));
  }
}
