/** What a GIF consists of, by its blocks (GIF89a): nothing of the library that wrote it. */

export interface GifBlocks {
  readonly width: number;
  readonly height: number;
  /** How long each picture stays, hundredths of a second. */
  readonly delays: readonly number[];
}

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** Bytes of the colour table that flags tell of. */
const tableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/** @throws Error for bytes that are no GIF */
export function picturesOf(bytes: Buffer): GifBlocks {
  if (bytes.subarray(0, 6).toString() !== 'GIF89a') throw new Error('no GIF89a');
  const delays: number[] = [];
  let delay = 0;
  let at = 13 + tableBytes(bytes[10]!);
  const skipData = () => {
    while (bytes[at]! > 0) at += bytes[at]! + 1;
    at++;
  };
  for (;;) {
    const block = bytes[at++];
    if (block === TRAILER) break;
    if (block === EXTENSION) {
      if (bytes[at] === GRAPHIC_CONTROL) delay = bytes.readUInt16LE(at + 3);
      at++;
      skipData();
    } else if (block === IMAGE) {
      delays.push(delay);
      at += 9 + tableBytes(bytes[at + 8]!) + 1; // and the least size of a code
      skipData();
    } else throw new Error(`block ${block} at ${at - 1}`);
  }
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), delays };
}
