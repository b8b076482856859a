/**
 * Answers that the server has not acknowledged: kept over reloads and sent again after reconnects. Ids are
 * made by the page, so that sending twice does no harm. Every answer has a key of its own in the storage,
 * which all tabs of a browser share: no tab can overwrite another's, and any tab sends what a closed one left.
 * People who sign in share it too: what one of them answered waits until it is they who are signed in.
 */
import type { ClientFeedback } from '../../server/protocol/index.ts';
import { type KeyStore, keysOf, trySet } from './key-store.ts';

const PREFIX = 'reins-answer:';
/** One list for all tabs, as earlier versions kept it. */
const OLD_KEY = 'reins-outbox';
/** ms without an answer from the server after which an answer is sent again. */
export const STALE = 15_000;
/** Answers a second on average and at once: half of what the server takes, for the rest needs some too. */
const PER_SECOND = 25;
const BURST = 25;

interface Waiting {
  readonly feedback: ClientFeedback;
  /** ms since epoch from which it may be sent. */
  dueAt: number;
}

/** Whose answers to which run the server takes now. */
export interface Addressee {
  readonly runId: string;
  /** Ids of whoever is at this page. */
  readonly people: readonly string[];
}

export interface Outbox {
  /** Answers that wait, to whichever run. */
  readonly size: number;
  /** Whether the storage has every one of them: only then they survive a reload. */
  readonly isKept: boolean;
  add(feedback: ClientFeedback): void;
  /** Stored by the server, or refused for good. */
  remove(id: string): void;
  /** Those that are to be sent now, oldest first; they count as sent. */
  take(to: Addressee, now: number): ClientFeedback[];
  /** A new connection: nothing counts as sent, and what other tabs left is taken over. */
  restart(): void;
  /** The storage was changed by another tab. It sends its answers itself, unless it is closed first. */
  onStored(key: string | null, value: string | null, now: number): void;
  /** Answers that wait for another run, and those of somebody else, to whichever run. */
  others(to: Addressee): { readonly runs: number; readonly people: number };
  /** Give up the answers to other runs; those of other people are not given up by anybody else. */
  forgetRuns(to: Addressee): void;
}

export function createOutbox(storage: KeyStore): Outbox {
  const waiting = new Map<string, Waiting>();
  const unkept = new Set<string>();
  let tokens = BURST;
  let refilledAt = 0;

  function hold(feedback: ClientFeedback, dueAt: number): void {
    if (!waiting.has(feedback.id)) waiting.set(feedback.id, { feedback, dueAt });
  }

  function keep(feedback: ClientFeedback): void {
    if (!trySet(storage, PREFIX + feedback.id, JSON.stringify(feedback))) unkept.add(feedback.id);
  }

  function adopt(): void {
    const found = keysOf(storage)
      .filter((key) => key.startsWith(PREFIX))
      .flatMap((key) => parse(storage.getItem(key)));
    for (const feedback of found.sort(byTime)) hold(feedback, 0);
  }

  function adoptOldList(): void {
    for (const feedback of parseList(storage.getItem(OLD_KEY))) {
      hold(feedback, 0);
      keep(feedback);
    }
    if (unkept.size === 0) storage.removeItem(OLD_KEY);
  }

  function remove(id: string): void {
    waiting.delete(id);
    unkept.delete(id);
    storage.removeItem(PREFIX + id);
  }

  function refill(now: number): void {
    const gained = (Math.max(0, now - refilledAt) / 1000) * PER_SECOND;
    tokens = Math.min(BURST, tokens + gained);
    refilledAt = now;
  }

  const all = () => [...waiting.values()].map(({ feedback }) => feedback);
  const isOf = (to: Addressee, { teacherId }: ClientFeedback) => to.people.includes(teacherId);
  const ofOtherRuns = (to: Addressee) =>
    all().filter((feedback) => feedback.runId !== to.runId && isOf(to, feedback));

  adoptOldList();
  adopt();
  return {
    get size() {
      return waiting.size;
    },
    get isKept() {
      return unkept.size === 0;
    },
    add(feedback) {
      hold(feedback, 0);
      keep(feedback);
    },
    remove,
    take(to, now) {
      refill(now);
      const due: ClientFeedback[] = [];
      for (const entry of waiting.values()) {
        if (tokens < 1) break;
        const { feedback } = entry;
        if (feedback.runId !== to.runId || !isOf(to, feedback) || entry.dueAt > now) continue;
        tokens -= 1;
        entry.dueAt = now + STALE;
        due.push(feedback);
      }
      return due;
    },
    restart() {
      for (const entry of waiting.values()) entry.dueAt = 0;
      adopt();
    },
    onStored(key, value, now) {
      if (!key?.startsWith(PREFIX)) return;
      if (value === null) waiting.delete(key.slice(PREFIX.length));
      else for (const feedback of parse(value)) hold(feedback, now + STALE);
    },
    others: (to) => ({
      runs: ofOtherRuns(to).length,
      people: all().filter((feedback) => !isOf(to, feedback)).length,
    }),
    forgetRuns(to) {
      for (const { id } of ofOtherRuns(to)) remove(id);
    },
  };
}

const byTime = (a: ClientFeedback, b: ClientFeedback) => a.answeredAt - b.answeredAt;

/** What another program or a damaged storage left under our keys is no answer. */
function parse(text: string | null): ClientFeedback[] {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isFeedback(value) ? [value] : [];
  } catch {
    return [];
  }
}

function parseList(text: string | null): ClientFeedback[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    const pairs = Array.isArray(list) ? list : [];
    return pairs
      .map((pair: unknown) => (Array.isArray(pair) ? pair[1] : undefined))
      .filter(isFeedback);
  } catch {
    return [];
  }
}

function isFeedback(value: unknown): value is ClientFeedback {
  if (typeof value !== 'object' || value === null) return false;
  return 'id' in value && 'runId' in value && 'kind' in value && typeof value.id === 'string';
}
