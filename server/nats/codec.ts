/** Plain data with typed arrays in it as bytes, the arrays as they are. */
import { type Column, packBinary, parseBinary } from '../storage/binary.ts';

/** What stands in place of an array, and of a number that JSON has not. */
interface Stand {
  readonly $array?: string;
  readonly $number?: string;
}

/** Typed arrays of the kinds that files have (storage/binary.ts), wherever they are. */
export function pack(value: unknown): Buffer {
  const arrays: Record<string, Column> = {};
  const stand = (_key: string, inner: unknown): unknown => {
    if (ArrayBuffer.isView(inner)) {
      const $array = `a${Object.keys(arrays).length}`;
      arrays[$array] = inner as Column;
      return { $array };
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
    if (inner?.$number !== undefined) return Number(inner.$number);
    return inner;
  });
}
