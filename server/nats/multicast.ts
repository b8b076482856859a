/**
 * What one end of a trunk says to several of its tunnels alike, as pictures to all who look, goes out once, in a message
 * that names them all. Each gets the bytes that it would have got alone, in the same order.
 */

/** A tunnel as messages name it. */
export interface Target {
  readonly id: number;
  /** Of the message within the tunnel. */
  readonly number: number;
}

export interface Listener {
  readonly id: number;
  /** Number of its next message. */
  count(): number;
}

/** Bytes of a target. */
const TARGET_SIZE = 8;
/** Pieces within which one that a listener shares with others is looked for. */
const MOST_LOOKED_AT = 16;

interface Piece {
  readonly bytes: Uint8Array;
  readonly listeners: Listener[];
}

export interface MulticastOptions {
  /** Most bytes that a message has for targets and what they get. */
  readonly room: number;
  readonly send: (targets: readonly Target[], parts: readonly Uint8Array[]) => void;
}

/** Gathers what is said in one moment: until the task that says it has ended, or something else is to be said. */
export class Multicast {
  readonly #options: MulticastOptions;
  #pieces: Piece[] = [];
  /** By id, where the next piece of a listener may be: not before its last. */
  readonly #from = new Map<number, number>();

  constructor(options: MulticastOptions) {
    this.#options = options;
  }

  add(listener: Listener, bytes: Uint8Array): void {
    const pieces = this.#pieces;
    if (pieces.length === 0) queueMicrotask(() => this.flush());
    let at = this.#from.get(listener.id) ?? 0;
    const end = Math.min(at + MOST_LOOKED_AT, pieces.length);
    while (at < end && !areSame(pieces[at]!.bytes, bytes)) at++;
    if (at < end) pieces[at]!.listeners.push(listener);
    else at = pieces.push({ bytes, listeners: [listener] }) - 1;
    this.#from.set(listener.id, at + 1);
  }

  flush(): void {
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    this.#from.clear();
    let from = 0;
    for (let to = 1; to <= pieces.length; to++) {
      if (to < pieces.length && this.#goTogether(pieces, from, to)) continue;
      this.#send(pieces[from]!.listeners, bytesOf(pieces, from, to));
      from = to;
    }
  }

  /** Whether piece `to` is for the same listeners as those from `from` on, and fits into their message. */
  #goTogether(pieces: readonly Piece[], from: number, to: number): boolean {
    const { listeners } = pieces[to]!;
    const first = pieces[from]!.listeners;
    if (listeners.length !== first.length || listeners.some((one, i) => one !== first[i]))
      return false;
    const length = lengthOf(bytesOf(pieces, from, to + 1));
    return length + TARGET_SIZE * first.length <= this.#options.room;
  }

  #send(listeners: readonly Listener[], parts: readonly Uint8Array[]): void {
    const { room, send } = this.#options;
    const most = Math.max(1, Math.floor((room - lengthOf(parts)) / TARGET_SIZE));
    for (let i = 0; i < listeners.length; i += most) {
      const some = listeners.slice(i, i + most);
      const targets = some.map((listener) => ({ id: listener.id, number: listener.count() }));
      send(targets, parts);
    }
  }
}

export function packTargets(targets: readonly Target[]): Buffer {
  const bytes = Buffer.allocUnsafe(TARGET_SIZE * targets.length);
  for (const [i, { id, number }] of targets.entries()) {
    bytes.writeUInt32LE(id, TARGET_SIZE * i);
    bytes.writeUInt32LE(number, TARGET_SIZE * i + 4);
  }
  return bytes;
}

/** Targets, and what comes after them; undefined: there are not as many. */
export function unpackTargets(body: Buffer, count: number) {
  const end = TARGET_SIZE * count;
  if (body.length < end) return undefined;
  const targets: Target[] = [];
  for (let at = 0; at < end; at += TARGET_SIZE)
    targets.push({ id: body.readUInt32LE(at), number: body.readUInt32LE(at + 4) });
  return { targets, bytes: body.subarray(end) };
}

const bytesOf = (pieces: readonly Piece[], from: number, to: number) =>
  pieces.slice(from, to).map(({ bytes }) => bytes);

const lengthOf = (parts: readonly Uint8Array[]) =>
  parts.reduce((sum, part) => sum + part.length, 0);

/** Pictures are the same memory for all; what was made for each is compared. */
function areSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  return (a.buffer === b.buffer && a.byteOffset === b.byteOffset) || Buffer.compare(a, b) === 0;
}
