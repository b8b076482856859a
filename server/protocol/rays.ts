/** The rays that the agent observes, for viewers who want to see them: binary and little-endian as frames are. */
import { expectLength, LIVE_AT, OP } from './frames.ts';

export interface SensedRays {
  live: number;
  episodeNumber: number;
  step: number;
  /** As `Environment.writeRays` writes them: where they begin, then per ray where it ends and what share of its range that is. */
  numbers: Float32Array;
}

const HEADER = 16;

export function encodeRays({ live, episodeNumber, step, numbers }: SensedRays): ArrayBuffer {
  const buffer = new ArrayBuffer(HEADER + 4 * numbers.length);
  const view = new DataView(buffer);
  view.setUint8(0, OP.rays);
  view.setUint8(LIVE_AT, live);
  view.setUint32(4, episodeNumber, true);
  view.setUint32(8, step, true);
  view.setUint32(12, numbers.length, true);
  new Float32Array(buffer, HEADER).set(numbers);
  return buffer;
}

/** @throws RangeError when the bytes are not whole rays. */
export function decodeRays(buffer: ArrayBuffer): SensedRays {
  if (buffer.byteLength < HEADER)
    throw new RangeError(`rays: ${buffer.byteLength} bytes, expected at least ${HEADER}`);
  const view = new DataView(buffer);
  const count = view.getUint32(12, true);
  expectLength('rays', buffer.byteLength, HEADER + 4 * count);
  return {
    live: view.getUint8(LIVE_AT),
    episodeNumber: view.getUint32(4, true),
    step: view.getUint32(8, true),
    numbers: new Float32Array(buffer, HEADER, count),
  };
}
