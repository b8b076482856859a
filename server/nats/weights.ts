/** Policies by version: kept a while for actors that come later or missed what all of them were sent. */
import type { PolicySnapshot } from '../../agent/contract.ts';
import { pack, parse } from './codec.ts';
import type { Part } from './messages.ts';

/** Policies kept: who reads one has so many publications of time. */
const KEPT = 4;

export interface WeightsWriterOptions {
  /** Resolves once the broker has it whole. */
  put(version: number, bytes: Uint8Array): Promise<void>;
  remove(version: number): Promise<void>;
  /** Actors can read it now. */
  onWritten(version: number): void;
  onError(error: Error): void;
}

/** Writes one at a time, and of those that wait the newest. */
export class WeightsWriter {
  readonly #options: WeightsWriterOptions;
  readonly #kept: number[] = [];
  #next: PolicySnapshot | undefined;
  #isWriting = false;

  constructor(options: WeightsWriterOptions) {
    this.#options = options;
  }

  put(snapshot: PolicySnapshot): void {
    this.#next = snapshot;
    if (!this.#isWriting) void this.#write();
  }

  /** What could not be written before. */
  again(): void {
    if (this.#next) this.put(this.#next);
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#next) {
      const snapshot = this.#next;
      this.#next = undefined;
      try {
        await this.#writeOne(snapshot);
      } catch (error) {
        this.#next ??= snapshot;
        this.#options.onError(error as Error);
        break; // with the next policy, or when the server is there again
      }
    }
    this.#isWriting = false;
  }

  async #writeOne(snapshot: PolicySnapshot): Promise<void> {
    const { put, remove, onWritten } = this.#options;
    await put(snapshot.version, pack(snapshot));
    onWritten(snapshot.version);
    this.#kept.push(snapshot.version);
    if (this.#kept.length > KEPT) await remove(this.#kept.shift()!);
  }
}

export interface WeightsReaderOptions {
  /** undefined: it is not kept, or no longer. */
  read(version: number, part: number): Promise<Part | undefined>;
  onRead(snapshot: PolicySnapshot): void;
  onError(error: Error): void;
}

/** Takes what it hears, and reads what it missed: one at a time, and of those that are asked for the newest. */
export class WeightsReader {
  readonly #options: WeightsReaderOptions;
  #wanted = -1;
  #have = -1;
  #isReading = false;
  #coming: { readonly version: number; readonly parts: Uint8Array[] } | undefined;

  constructor(options: WeightsReaderOptions) {
    this.#options = options;
  }

  /** A part, as it is published: they come in order, from 0, or there is a hole. */
  hear(version: number, part: number, { bytes, hasMore }: Part): void {
    if (part === 0) this.#coming = { version, parts: [] };
    const parts = this.#coming?.version === version ? this.#coming.parts : undefined;
    if (parts?.length !== part) return; // what was missed is read once it is asked for
    parts.push(bytes);
    if (hasMore) return;
    this.#coming = undefined;
    try {
      this.#use(version, parts);
    } catch (error) {
      this.#options.onError(error as Error);
    }
  }

  /** There is this version; what fails is tried again when it is asked for again. */
  async want(version: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, version);
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#have < this.#wanted) await this.#read(this.#wanted);
    } catch (error) {
      this.#options.onError(error as Error);
    } finally {
      this.#isReading = false;
    }
  }

  async #read(version: number): Promise<void> {
    const parts: Uint8Array[] = [];
    for (let hasMore = true; hasMore; ) {
      const part = await this.#options.read(version, parts.length);
      if (!part) throw new Error(`policy ${version} is gone`);
      parts.push(part.bytes);
      hasMore = part.hasMore;
    }
    this.#use(version, parts);
  }

  #use(version: number, parts: readonly Uint8Array[]): void {
    if (version <= this.#have) return; // a newer one was faster
    this.#options.onRead(parse(Buffer.concat(parts)) as PolicySnapshot);
    this.#have = version;
  }
}
