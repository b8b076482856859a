/**
 * What arrives from actors, put in order: each message once, whatever is repeated, delayed or lost, and of each
 * episode the steps without a gap. Where something was lost, nothing more is taken of its episode.
 */
import type { Episode } from '../../agent/contract.ts';
import { createAssembler } from '../../agent/episode/chunks.ts';
import { copyEpisode } from '../../agent/episode/copy.ts';
import type { RolloutEvent } from '../actors/messages.ts';
import type { Part, Steps } from './messages.ts';

/** Messages that wait for one that is missing, at most; then it counts as lost. */
const WAITING = 256;

export interface Arrived extends Part {
  readonly session: string;
  /** From 1. */
  readonly sequence: number;
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

  /** All of its messages up to this one came, or are lost. */
  received(name: string): number {
    return (this.#sessions.get(name)?.next ?? 1) - 1;
  }

  /** What waits is of no use: if its sender is heard again, it sends that again. */
  forget(name: string): void {
    this.#sessions.get(name)?.waiting.clear();
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

/** Steps without a gap, and of episodes that ended the whole. */
export class Gapless {
  /** Open episodes, and the step that comes next. */
  readonly #next = new Map<string, number>();
  readonly #assembler = createAssembler();
  /** Ended in order, by session; the rest of them comes next. */
  readonly #ended = new Map<string, Map<string, Episode>>();

  /** What still comes of it is of no use. */
  forget(episodeId: string): void {
    this.#next.delete(episodeId);
    this.#assembler.forget(episodeId);
  }

  /** Nothing comes from it any more. */
  leave(session: string): void {
    this.#ended.delete(session);
  }

  /** What is to be told; undefined: it does not follow what was there. */
  take(session: string, steps: Steps): RolloutEvent | undefined {
    if (steps.type === 'rest') return this.#finish(session, steps);
    const { chunk } = steps;
    const { id, from, to, end } = chunk;
    if (from !== (this.#next.get(id) ?? 0)) {
      this.forget(id);
      return undefined;
    }
    const episode = this.#assembler.add(chunk)!;
    this.#next.set(id, to);
    if (end === 'open') return steps;
    this.#next.delete(id);
    const ended = this.#ended.get(session) ?? new Map<string, Episode>();
    this.#ended.set(session, ended.set(id, copyEpisode(episode)));
    return steps;
  }

  #finish(session: string, { rest, endReason }: Extract<Steps, { type: 'rest' }>) {
    const ended = this.#ended.get(session);
    const steps = ended?.get(rest.id);
    if (!ended?.delete(rest.id) || !steps || steps.length !== rest.length) return undefined;
    return { type: 'episode', episode: { ...steps, ...rest }, endReason } as const;
  }
}
