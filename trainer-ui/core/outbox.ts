/**
 * Answers that the server has not acknowledged: kept over reloads and sent again after reconnects. Ids are
 * made by the page, so that sending twice does no harm. Every answer is a record of its own in the store,
 * which all tabs of a browser share: no tab can overwrite another's, and any tab sends what a closed one left.
 * People who sign in share it too: what one of them answered waits until it is they who are signed in.
 */
import type { ClientFeedback } from '../../server/protocol/index.ts';
import type { AnswerStore, TabEvent } from './answer-store.ts';
import { type KeyStore, keysOf, trySet } from './key-store.ts';

/** In `localStorage`, as earlier versions kept answers and as those are kept that a page is closed upon. */
const PREFIX = 'reins-answer:';
/** One list for all tabs, as still earlier versions kept it. */
const OLD_KEY = 'reins-outbox';
/** ms without an answer from the server after which an answer is sent again. */
export const STALE = 15_000;
/** ms that the browser may take to write one down before it counts as not kept. */
export const SLOW = 5000;
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
  /** Whether the browser wrote every one of them down, or is about to: only then they survive a reload. */
  isKept(now: number): boolean;
  add(feedback: ClientFeedback, now: number): void;
  /** Stored by the server, or refused for good. */
  remove(id: string): void;
  /** Those that are to be sent now, oldest first; they count as sent. */
  take(to: Addressee, now: number): ClientFeedback[];
  /** A new connection: nothing counts as sent, and what other tabs left is taken over. Resolves once it is. */
  restart(now: number): Promise<void>;
  /** Another tab sends its answers itself, unless it is closed first. */
  onOtherTab(event: TabEvent, now: number): void;
  /** The page may be closed now: what is not written down yet goes where it is written at once. */
  onHide(): void;
  /** Answers that wait for another run, and those of somebody else, to whichever run. */
  others(to: Addressee): { readonly runs: number; readonly people: number };
  /** Give up the answers to other runs; those of other people are not given up by anybody else. */
  forgetRuns(to: Addressee): void;
}

export interface OutboxOptions {
  readonly answers: Pick<AnswerStore, 'list' | 'put' | 'delete'>;
  /** `localStorage`. */
  readonly old: KeyStore;
}

export function createOutbox({ answers, old }: OutboxOptions): Outbox {
  const waiting = new Map<string, Waiting>();
  /** Not on disk: from when on (ms since epoch) that is to be told of. */
  const unkept = new Map<string, number>();
  /** Removed while what is on disk is read: it may be read all the same. */
  const gone = new Set<string>();
  let readings = 0;
  let tokens = BURST;
  let refilledAt = 0;

  function hold(feedback: ClientFeedback, dueAt: number): void {
    if (!waiting.has(feedback.id)) waiting.set(feedback.id, { feedback, dueAt });
  }

  function keep(feedback: ClientFeedback, now: number): void {
    const { id } = feedback;
    if (!unkept.has(id)) unkept.set(id, now + SLOW);
    answers.put(feedback).then(
      () => {
        unkept.delete(id);
        old.removeItem(PREFIX + id);
      },
      () => {
        if (waiting.has(id)) unkept.set(id, 0);
      },
    );
  }

  async function adopt(): Promise<void> {
    readings++;
    // Where all is kept in memory alone there is nothing to read.
    const found: unknown[] = await answers.list().catch(() => []);
    for (const feedback of found.filter(isFeedback)) if (!gone.has(feedback.id)) hold(feedback, 0);
    readings--;
    if (readings === 0) gone.clear();
    sort();
  }

  /** Taken over once: what is on disk leaves `localStorage`. */
  function adoptOld(now: number): void {
    const keys = keysOf(old).filter((key) => key.startsWith(PREFIX));
    for (const feedback of keys.flatMap((key) => parse(old.getItem(key)))) {
      hold(feedback, 0);
      keep(feedback, now);
    }
    const list = old.getItem(OLD_KEY);
    if (list === null) return;
    const listed = parseList(list);
    for (const feedback of listed) hold(feedback, 0);
    Promise.all(listed.map((feedback) => answers.put(feedback))).then(
      () => old.removeItem(OLD_KEY),
      () => {}, // it stays there
    );
  }

  /** Oldest first, whichever was read when: an answer is sent before what takes it back. */
  function sort(): void {
    const entries = [...waiting].sort(([, a], [, b]) => byTime(a.feedback, b.feedback));
    waiting.clear();
    for (const [id, entry] of entries) waiting.set(id, entry);
  }

  function drop(id: string): void {
    waiting.delete(id);
    unkept.delete(id);
    old.removeItem(PREFIX + id);
    if (readings > 0) gone.add(id);
  }

  function remove(id: string): void {
    if (!waiting.has(id)) return;
    drop(id);
    answers.delete(id).catch(() => {}); // it is sent once more, and acknowledged again
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

  return {
    get size() {
      return waiting.size;
    },
    isKept: (now) => [...unkept.values()].every((from) => from > now),
    add(feedback, now) {
      hold(feedback, 0);
      keep(feedback, now);
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
    async restart(now) {
      for (const entry of waiting.values()) entry.dueAt = 0;
      for (const id of [...unkept.keys()]) keep(waiting.get(id)!.feedback, now); // there may be room by now
      adoptOld(now);
      await adopt();
    },
    onOtherTab(event, now) {
      if (event.type === 'delete') drop(event.id);
      else if (isFeedback(event.answer)) hold(event.answer, now + STALE);
    },
    onHide() {
      for (const id of unkept.keys())
        trySet(old, PREFIX + id, JSON.stringify(waiting.get(id)!.feedback));
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
