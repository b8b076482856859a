/** Objects in a store, by their keys. */

/** Bytes, or a file that holds them. */
export type Content = Buffer | { readonly file: string };

export interface ObjectStore {
  /** As `--blobs` names it. */
  readonly name: string;
  /** Whole or not at all; a body that arrives otherwise than it was sent is refused. @throws StoreError */
  put(key: string, content: Content): Promise<void>;
  /** undefined: there is none. @throws StoreError */
  get(key: string): Promise<Buffer | undefined>;
  /** Also where there is none. @throws StoreError */
  remove(key: string): Promise<void>;
  /** Writes, reads and removes an object. @throws StoreError naming what is missing and the way out */
  expectUsable(): Promise<void>;
  close(): void;
}

/** Within it a request that goes on is ended, ms: whoever looks for what was left behind waits for longer. */
export const LONGEST_REQUEST = 30 * 60_000;
