/**
 * A two-way stream of bytes as messages: what a socket is to two programs that reach each other by a broker alone. How
 * much is on its way is limited: who does not read is waited for.
 */
import { Duplex } from 'node:stream';

/** Bytes on their way in one direction, about. */
const WINDOW = 256 * 1024;

/** What the ends of a tunnel say to each other. */
export type Said =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  /** Bytes that were read in all. */
  | { readonly type: 'read'; readonly total: number }
  /** No more bytes come. */
  | { readonly type: 'end' }
  /** It is over, and why; '': nobody's fault. */
  | { readonly type: 'reset'; readonly why: string };

export interface TunnelOptions {
  /** Whose connection it is. */
  readonly address: string;
  readonly say: (what: Said) => void;
  /** Most bytes at once. */
  readonly partSize: number;
  readonly onGone: () => void;
}

export class Tunnel extends Duplex {
  /** As of a socket, where servers of HTTP look. */
  readonly remoteAddress: string;
  readonly #options: TunnelOptions;
  /** Bytes that were said, and that the other end has read. */
  #sent = 0;
  #read = 0;
  /** Bytes that came, and that the other end knows to be read here. */
  #received = 0;
  #told = 0;
  #onRoom: (() => void) | undefined;
  #isEndSaid = false;
  #isEndHeard = false;
  #isResetHeard = false;

  constructor(options: TunnelOptions) {
    super({ allowHalfOpen: false });
    this.remoteAddress = options.address;
    this.#options = options;
  }

  hear(said: Said): void {
    if (this.destroyed) return;
    switch (said.type) {
      case 'data':
        this.#received += said.bytes.length;
        if (this.push(said.bytes)) this.#tell();
        return;
      case 'read':
        this.#read = said.total;
        this.#goOn();
        return;
      case 'end':
        this.#isEndHeard = true;
        this.push(null);
        return;
      case 'reset':
        this.#isResetHeard = true;
        this.destroy(said.why === '' ? undefined : new Error(said.why));
        return;
    }
  }

  override _read(): void {
    this.#tell();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    const { partSize } = this.#options;
    const next = (from: number): void => {
      if (from >= chunk.length) {
        callback();
        return;
      }
      if (this.#sent - this.#read >= WINDOW) {
        this.#onRoom = () => next(from);
        return;
      }
      const bytes = chunk.subarray(from, from + partSize);
      this.#sent += bytes.length;
      this.#options.say({ type: 'data', bytes });
      next(from + bytes.length);
    };
    next(0);
  }

  override _final(callback: () => void): void {
    this.#isEndSaid = true;
    this.#options.say({ type: 'end' });
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const isDone = this.#isResetHeard || (this.#isEndSaid && this.#isEndHeard);
    if (!isDone) this.#options.say({ type: 'reset', why: error?.message ?? '' });
    this.#options.onGone();
    callback(error);
  }

  #goOn(): void {
    if (this.#sent - this.#read >= WINDOW) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }

  /** Not of each byte: the other end waits only once the window is full. */
  #tell(): void {
    if (this.#received - this.#told < WINDOW / 4) return;
    this.#told = this.#received;
    this.#options.say({ type: 'read', total: this.#received });
  }
}
