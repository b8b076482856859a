/** What the process holds, by kind. A thread sees its own objects alone, so each tells of them (worker-boot.mjs). */
import { readFileSync } from 'node:fs';

/** Bytes. */
export interface ProcessMemory {
  readonly process: number;
  /** JavaScript objects of all threads. */
  readonly heaps: number;
  /** Array buffers of all threads, whether anything was written to them or not. */
  readonly arrays: number;
  /** Parts of files, such as libraries; undefined where the system does not say. */
  readonly code: number | undefined;
}

const HEAP = 0;
const ARRAYS = 1;

const threads = new Set<Float64Array>();

/** For a new thread, which keeps it up to date; `forgetMemory` once it has ended. */
export function shareMemory(): Float64Array {
  const told = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
  threads.add(told);
  return told;
}

export function forgetMemory(told: Float64Array): void {
  threads.delete(told);
}

export function memoryOfProcess(): ProcessMemory {
  const { rss, heapTotal, arrayBuffers } = process.memoryUsage();
  const sum = (of: number) => [...threads].reduce((total, told) => total + told[of]!, 0);
  return {
    process: rss,
    heaps: heapTotal + sum(HEAP),
    arrays: arrayBuffers + sum(ARRAYS),
    code: codeOfProcess(),
  };
}

function codeOfProcess(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = /^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
