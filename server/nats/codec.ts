/** Plain data with typed arrays in it as bytes, the arrays as they are or without what is common in them. */
import { type Column, packBinary, parseBinary } from '../storage/binary.ts';
import { dense, sparse } from './sparse.ts';

/** What stands in place of an array, and of a number that JSON has not. */
interface Stand {
  readonly $array?: string;
  /** Names of its parts. */
  readonly $sparse?: { readonly mask: string; readonly others: string };
  readonly length?: number;
  readonly common?: number;
  readonly $number?: string;
}

/** Typed arrays of the kinds that files have (storage/binary.ts), wherever they are. */
export function pack(value: unknown): Buffer {
  const arrays: Record<string, Column> = {};
  let count = 0;
  const name = (array: Column): string => {
    const id = `a${count++}`;
    arrays[id] = array;
    return id;
  };
  const stand = (_key: string, inner: unknown): unknown => {
    if (ArrayBuffer.isView(inner)) {
      const thin = inner instanceof Float32Array ? sparse(inner) : undefined;
      if (!thin) return { $array: name(inner as Column) };
      const { length, common, mask, others } = thin;
      return { $sparse: { mask: name(mask), others: name(others) }, length, common };
    }
    if (typeof inner === 'number' && !Number.isFinite(inner)) return { $number: String(inner) };
    return inner;
  };
  const text = JSON.stringify(value, stand);
  return packBinary(text, arrays);
}

/** @throws Error when the bytes are not whole */
export function parse(bytes: Uint8Array): unknown {
  const { meta, columns } = parseBinary(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  return JSON.parse(meta as string, (_key, inner: Stand) => {
    if (inner?.$array !== undefined) return columns[inner.$array];
    if (inner?.$sparse !== undefined) return denseOf(inner, columns);
    if (inner?.$number !== undefined) return Number(inner.$number);
    return inner;
  });
}

function denseOf(stand: Stand, columns: Readonly<Record<string, Column>>): Float32Array {
  const { length = 0, common = 0, $sparse } = stand;
  const [mask, others] = [columns[$sparse!.mask], columns[$sparse!.others]];
  if (!(mask instanceof Uint32Array && others instanceof Uint32Array))
    throw new TypeError('a sparse array without its parts');
  return dense({ length, common, mask, others });
}
