/** Control inputs: what a page sends while a person drives, binary and little-endian as frames are. */
import { expectLength, LIVE_AT, OP } from './frames.ts';

/** What a person's hands do right now. Sent while any axis is held or control is latched, and once more on release. */
export interface ControlInput {
  /** Grows by one per input of a connection; starts at 1. */
  sequence: number;
  /** The live simulation on screen when it was made, its episode and step. */
  live: number;
  episodeNumber: number;
  step: number;
  /** Client clock, ms since epoch. */
  sentAt: number;
  /** Bit i: the person moves axis i; 0 releases everything, unless it is latched. */
  activeAxes: number;
  /** The person keeps control whether or not they move an axis; absent: only while they do. */
  latched?: true;
  /** (k) */
  values: Float32Array;
}

const INPUT_HEADER = 28;
const LATCHED_AT = 2;

/** Whether the person lets go. */
export const isRelease = ({ activeAxes, latched }: ControlInput): boolean =>
  activeAxes === 0 && !latched;

export function encodeInput(input: ControlInput): ArrayBuffer {
  const k = input.values.length;
  const buffer = new ArrayBuffer(INPUT_HEADER + 4 * k);
  const view = new DataView(buffer);
  view.setUint8(0, OP.input);
  view.setUint8(1, k);
  view.setUint8(LATCHED_AT, input.latched ? 1 : 0);
  view.setUint8(LIVE_AT, input.live);
  view.setUint32(4, input.sequence, true);
  view.setUint32(8, input.episodeNumber, true);
  view.setUint32(12, input.step, true);
  view.setFloat64(16, input.sentAt, true);
  view.setUint32(24, input.activeAxes, true);
  new Float32Array(buffer, INPUT_HEADER, k).set(input.values);
  return buffer;
}

/** @throws RangeError when the bytes are not a whole input or a value is not finite. */
export function decodeInput(buffer: ArrayBuffer): ControlInput {
  if (buffer.byteLength < INPUT_HEADER) {
    throw new RangeError(`input: ${buffer.byteLength} bytes, expected at least ${INPUT_HEADER}`);
  }
  const view = new DataView(buffer);
  const k = view.getUint8(1);
  expectLength('input', buffer.byteLength, INPUT_HEADER + 4 * k);
  const values = new Float32Array(buffer, INPUT_HEADER, k);
  for (let i = 0; i < k; i++) {
    if (!Number.isFinite(values[i]))
      throw new RangeError(`input.values[${i}]: ${values[i]}, expected a finite number`);
  }
  const sentAt = view.getFloat64(16, true);
  if (!Number.isFinite(sentAt))
    throw new RangeError(`input.sentAt: ${sentAt}, expected a finite number`);
  return {
    sequence: view.getUint32(4, true),
    live: view.getUint8(LIVE_AT),
    episodeNumber: view.getUint32(8, true),
    step: view.getUint32(12, true),
    sentAt,
    activeAxes: view.getUint32(24, true),
    ...(view.getUint8(LATCHED_AT) === 1 ? { latched: true } : {}),
    values,
  };
}
