/** Bytes as an `EnvState`: their number, then four a number, so that nothing depends on how odd doubles are copied. */
import type { EnvState } from '../contract.ts';

export function stateOf(bytes: Uint8Array, out?: EnvState): EnvState {
  const words = Math.ceil(bytes.length / 4);
  const state = out?.length === 1 + words ? out : new Float64Array(1 + words);
  const padded = new Uint8Array(words * 4);
  padded.set(bytes);
  state[0] = bytes.length;
  state.set(new Uint32Array(padded.buffer), 1);
  return state;
}

/** @throws RangeError for one of another length than it says. */
export function bytesOf(state: EnvState): Uint8Array {
  const expected = 1 + Math.ceil(state[0]! / 4);
  if (state.length !== expected)
    throw new RangeError(`state: has ${state.length} numbers, expected ${expected}`);
  const words = Uint32Array.from(state.subarray(1));
  return new Uint8Array(words.buffer, 0, state[0]!);
}
