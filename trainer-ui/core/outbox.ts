/**
 * Feedback that the server has not acknowledged: kept over reloads and sent again after reconnects.
 * Ids are made here, so that sending twice does no harm.
 */
import type { ClientFeedback } from '../../server/protocol/index.ts';

/** The part of the browser's `localStorage` that is used. */
export interface KeyStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = 'reins-outbox';

export interface Outbox {
  readonly size: number;
  add(feedback: ClientFeedback): void;
  /** Stored or refused for good. */
  remove(id: string): ClientFeedback | undefined;
  /** Oldest first. */
  all(): ClientFeedback[];
}

export function createOutbox(storage: KeyStore): Outbox {
  const waiting = new Map<string, ClientFeedback>(read(storage));
  const save = () => {
    try {
      storage.setItem(KEY, JSON.stringify([...waiting]));
    } catch {
      // A full or forbidden storage only costs the safety of a reload; answers still go out.
    }
  };
  return {
    get size() {
      return waiting.size;
    },
    add(feedback) {
      waiting.set(feedback.id, feedback);
      save();
    },
    remove(id) {
      const feedback = waiting.get(id);
      if (waiting.delete(id)) save();
      return feedback;
    },
    all: () => [...waiting.values()],
  };
}

function read(storage: Pick<KeyStore, 'getItem'>): [string, ClientFeedback][] {
  try {
    const list: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? (list as [string, ClientFeedback][]) : [];
  } catch {
    return [];
  }
}
