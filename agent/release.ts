/**
 * Gives memory of buffers that nobody reads any more back at once: transferred to nowhere. A thread that makes few
 * objects collects its garbage seldom, and what it no longer needs would wait for that.
 */
export function release(buffers: readonly ArrayBuffer[]): void {
  structuredClone(undefined, { transfer: [...buffers] });
}
