/** Policies by version in an object store: one name each, because a name that is overwritten loses its readers. */
import type { ObjectStore } from '@nats-io/obj';
import type { PolicySnapshot } from '../../agent/contract.ts';
import { pack, parse } from './codec.ts';

/** Policies kept: who reads one has so many publications of time. */
const KEPT = 4;
/** How long a read may hang, ms. */
const PATIENCE = 10_000;

const nameOf = (epoch: number, version: number) => `${epoch}.${version}`;

/** Writes one at a time, and of those that wait the newest. */
export class WeightsWriter {
  readonly #store: ObjectStore;
  readonly #epoch: number;
  readonly #onWritten: (version: number) => void;
  readonly #onError: (error: Error) => void;
  readonly #kept: string[] = [];
  #next: PolicySnapshot | undefined;
  #work: Promise<void> | undefined;

  constructor(options: {
    readonly store: ObjectStore;
    readonly epoch: number;
    /** Actors can read it now. */
    onWritten(version: number): void;
    onError(error: Error): void;
  }) {
    this.#store = options.store;
    this.#epoch = options.epoch;
    this.#onWritten = options.onWritten;
    this.#onError = options.onError;
  }

  put(snapshot: PolicySnapshot): void {
    this.#next = snapshot;
    this.#work ??= this.#write().finally(() => {
      this.#work = undefined;
    });
  }

  async settled(): Promise<void> {
    await this.#work;
  }

  /** Those of learners before this one. */
  async removeOlder(): Promise<void> {
    for (const { name } of await this.#store.list())
      if (Number(name.split('.')[0]) < this.#epoch) await this.#store.delete(name);
  }

  async #write(): Promise<void> {
    while (this.#next) {
      const snapshot = this.#next;
      this.#next = undefined;
      try {
        await this.#writeOne(snapshot);
      } catch (error) {
        this.#next ??= snapshot;
        this.#onError(error as Error);
        return; // with the next policy, or when the server is there again
      }
    }
  }

  /** What could not be written before. */
  again(): void {
    if (this.#next) this.put(this.#next);
  }

  async #writeOne(snapshot: PolicySnapshot): Promise<void> {
    const name = nameOf(this.#epoch, snapshot.version);
    await this.#store.putBlob({ name }, pack(snapshot));
    this.#onWritten(snapshot.version);
    this.#kept.push(name);
    if (this.#kept.length > KEPT) await this.#store.delete(this.#kept.shift()!);
  }
}

/** Reads one at a time, and of those that are asked for the newest. */
export class WeightsReader {
  readonly #store: ObjectStore;
  readonly #epoch: number;
  readonly #onRead: (snapshot: PolicySnapshot) => void;
  readonly #onError: (error: Error) => void;
  #wanted = -1;
  #have = -1;
  #isReading = false;

  constructor(options: {
    readonly store: ObjectStore;
    readonly epoch: number;
    onRead(snapshot: PolicySnapshot): void;
    onError(error: Error): void;
  }) {
    this.#store = options.store;
    this.#epoch = options.epoch;
    this.#onRead = options.onRead;
    this.#onError = options.onError;
  }

  /** There is this version; what fails is tried again when it is asked for again. */
  async want(version: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, version);
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#have < this.#wanted) await this.#read(this.#wanted);
    } catch (error) {
      this.#onError(error as Error);
    } finally {
      this.#isReading = false;
    }
  }

  async #read(version: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`policy ${version} did not come`)), PATIENCE);
    });
    try {
      const bytes = await Promise.race([this.#store.getBlob(nameOf(this.#epoch, version)), late]);
      if (!bytes) throw new Error(`policy ${version} is gone`);
      this.#onRead(parse(bytes) as PolicySnapshot);
      this.#have = version;
    } finally {
      clearTimeout(timer);
    }
  }
}
