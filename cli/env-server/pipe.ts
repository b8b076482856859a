/**
 * A batch behind a pair of pipes. First the description: its length in bytes (uint32) and as much JSON. Then,
 * for every request, an answer: a status (uint32), 0 and the batch, or the length of an error's text and the
 * text. It ends when the other side closes its end.
 *
 * Reads and writes wait: between two batches there is nothing else to do, and an event loop would
 * cost more than a step.
 */
import { readSync, writeSync } from 'node:fs';
import type { Batch } from './batch.ts';

export function serveBatch(batch: Batch, input: number, output: number): void {
  writeText(output, JSON.stringify(batch.description));
  while (readWhole(input, batch.request)) {
    try {
      batch.run();
    } catch (error) {
      writeText(output, (error as Error).message);
      continue;
    }
    writeWhole(output, batch.answer);
  }
}

function writeText(output: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, bytes.length, true);
  writeWhole(output, new Uint8Array(length.buffer));
  writeWhole(output, bytes);
}

/** False when the other side has closed its end. */
function readWhole(input: number, into: Uint8Array): boolean {
  for (let at = 0; at < into.length; ) {
    const read = whenReady(() => readSync(input, into, at, into.length - at, null));
    if (read === 0) return false;
    at += read;
  }
  return true;
}

function writeWhole(output: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += whenReady(() => writeSync(output, bytes, at));
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Node makes the pipes of its standard streams non-blocking as soon as anything looks at them. */
function whenReady(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 0.05);
    }
  }
}
