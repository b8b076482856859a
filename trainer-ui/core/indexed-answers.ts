/** Answers on the browser's disk, in IndexedDB. */
import type { AnswerStore, TabEvent } from './answer-store.ts';

const NAME = 'reins-answers';
const VERSION = 1;

export function openIndexedAnswers(window: Window & typeof globalThis): AnswerStore {
  let isWithheld = false;
  let database: Promise<IDBDatabase> | undefined;
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(NAME) : undefined;
  const tell = (event: TabEvent) => channel?.postMessage(event);

  /** Tried again after a failure. */
  function open(): Promise<IDBDatabase> {
    database ??= openDatabase(window, () => {
      database = undefined;
    }).then(
      (found) => {
        isWithheld = false;
        return found;
      },
      (error: unknown) => {
        isWithheld = true;
        database = undefined;
        throw error;
      },
    );
    return database;
  }

  async function change(work: (answers: IDBObjectStore) => void): Promise<void> {
    const transaction = (await open()).transaction(NAME, 'readwrite');
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
    });
    work(transaction.objectStore(NAME));
    // A page that is closed right now has its transaction ended by the browser, which aborts what is not committed.
    transaction.commit();
    await done;
  }

  return {
    get isWithheld() {
      return isWithheld;
    },
    async list() {
      const answers = (await open()).transaction(NAME).objectStore(NAME);
      return await resultOf(answers.getAll());
    },
    put(answer) {
      tell({ type: 'put', answer });
      return change((answers) => void answers.put(answer));
    },
    delete(id) {
      tell({ type: 'delete', id });
      return change((answers) => void answers.delete(id));
    },
    onOtherTab(listener) {
      channel?.addEventListener('message', ({ data }: MessageEvent<TabEvent>) => listener(data));
    },
  };
}

/** @param onGone the connection is no good any more. @throws Error; the getter itself throws where storage is forbidden */
async function openDatabase({ indexedDB }: Window, onGone: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => void request.result.createObjectStore(NAME, { keyPath: 'id' });
  const database = await resultOf(request);
  database.onclose = onGone;
  database.onversionchange = () => {
    database.close();
    onGone();
  };
  return database;
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
