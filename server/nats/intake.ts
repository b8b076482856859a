/**
 * What arrives from actors, put in order: each message once, whatever the broker repeats, delays or loses, and of each
 * episode the steps without a gap. Where something was lost, nothing more is taken of its episode.
 */
import type { Steps } from './messages.ts';

/** Messages that wait for one that is missing, at most; then it counts as lost. */
const WAITING = 256;

/** One message, or a part of one that was too large. */
export interface Arrived {
  readonly session: string;
  /** From 1. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** The next message goes on with it. */
  readonly hasMore: boolean;
}

interface Session {
  next: number;
  readonly waiting: Map<number, Arrived>;
  parts: Uint8Array[];
  /** A part is missing: what follows of that message is of no use. */
  isTorn: boolean;
}

export class Ordered {
  readonly #sessions = new Map<string, Session>();
  #repeated = 0;

  /** Messages that came again. */
  get repeated(): number {
    return this.#repeated;
  }

  /** The messages that are whole now, in order. */
  take(arrived: Arrived): Uint8Array[] {
    const session = this.#session(arrived.session);
    const { sequence } = arrived;
    if (sequence < session.next || session.waiting.has(sequence)) {
      this.#repeated++;
      return [];
    }
    session.waiting.set(sequence, arrived);
    if (session.waiting.size > WAITING) this.#giveUp(session);
    return drain(session);
  }

  #session(name: string): Session {
    let session = this.#sessions.get(name);
    if (!session) {
      session = { next: 1, waiting: new Map(), parts: [], isTorn: false };
      this.#sessions.set(name, session);
    }
    return session;
  }

  #giveUp(session: Session): void {
    session.next = Math.min(...session.waiting.keys());
    session.isTorn = true;
    session.parts = [];
  }
}

function drain(session: Session): Uint8Array[] {
  const whole: Uint8Array[] = [];
  for (
    let next = session.waiting.get(session.next);
    next;
    next = session.waiting.get(session.next)
  ) {
    session.waiting.delete(session.next++);
    session.parts.push(next.bytes);
    if (next.hasMore) continue;
    const { parts } = session;
    if (!session.isTorn) whole.push(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    session.parts = [];
    session.isTorn = false;
  }
  return whole;
}

export class Gapless {
  /** Open episodes, and the step that comes next. */
  readonly #next = new Map<string, number>();
  /** Ended in order; their whole comes next. */
  readonly #ended = new Set<string>();

  /** What still comes of it is of no use. */
  forget(episodeId: string): void {
    this.#next.delete(episodeId);
  }

  /** Whether it follows what was there. */
  admits(event: Steps): boolean {
    if (event.type === 'episode') return this.#ended.delete(event.episode.id);
    const { id, from, to, end } = event.chunk;
    if (from !== (this.#next.get(id) ?? 0)) {
      this.#next.delete(id);
      return false;
    }
    this.#next.set(id, to);
    if (end === 'open') return true;
    this.#next.delete(id);
    this.#ended.add(id);
    return true;
  }
}
