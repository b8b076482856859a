/** Answers of somebody who is paused: kept as they are, counted no more, and their questions asked of others. */
import type { Assignment, StoredQuery } from '../storage/contract.ts';
import { type Change, isSetAside, type Queue } from './queue.ts';
import type { Stock } from './stock.ts';

/** Stores what changed. */
export type Write = (rows: readonly Assignment[]) => Promise<void>;

export interface SetAsideOptions {
  readonly queue: Pick<Queue, 'has' | 'release' | 'setAside' | 'reopen' | 'putBack' | 'undo'>;
  readonly stock: Pick<Stock, 'has' | 'hold' | 'canBeShown'>;
  /** Makes what became of a query known to the queue. */
  readonly recall: (queryId: string) => Promise<StoredQuery | undefined>;
  readonly isOnScreen: (row: Assignment) => boolean;
  readonly tell: (changes: readonly Change[]) => void;
  /** People are given what they can be given now. */
  readonly serve: () => Promise<void>;
}

const HOUR = 3_600_000;

export class SetAside {
  readonly #options: SetAsideOptions;

  constructor(options: SetAsideOptions) {
    this.#options = options;
  }

  /** @returns how many answers that are */
  async put(teacherId: string, rows: readonly Assignment[], write: Write): Promise<number> {
    const { queue } = this.#options;
    const now = Date.now();
    const aside = await this.#change(rows, (row) => queue.setAside(row));
    // With nothing between it and the writing: an answer to what is held may come at any time.
    const held = queue.release(teacherId, now, undefined, 'paused');
    await this.#store([...held, ...aside], write);
    for (const { after } of aside) await this.#reopen(after.queryId, now);
    await this.#options.serve();
    return aside.length;
  }

  /** @returns how many answers count again */
  async back(rows: readonly Assignment[], write: Write): Promise<number> {
    const { queue, isOnScreen } = this.#options;
    const now = Date.now();
    const aside = rows.filter((row) => isSetAside(row) && row.reason === 'paused');
    const back = await this.#change(aside, (row) => queue.putBack(row, now, isOnScreen));
    await this.#store(back, write);
    await this.#options.serve();
    return back.filter(({ after }) => after.state === 'answered').length;
  }

  /** One answer was rejected. @param again whether somebody is asked the same */
  async reject(row: Assignment, again: boolean, write: Write): Promise<void> {
    const { queue } = this.#options;
    const aside = await this.#change([row], (r) => queue.setAside(r, 'rejected'));
    await this.#store(aside, write);
    if (again) await this.#reopen(row.queryId, Date.now());
    await this.#options.serve();
  }

  /** One that was rejected counts again, as it did; not while its person is paused. */
  async restore(row: Assignment, isPaused: boolean, write: Write): Promise<void> {
    const { queue, isOnScreen } = this.#options;
    const now = Date.now();
    const isRejected = isSetAside(row) && row.reason === 'rejected';
    const back = isRejected
      ? await this.#change([row], (r) => queue.putBack(r, now, isOnScreen))
      : [];
    const paused = isPaused ? await this.#change([row], (r) => queue.setAside(r)) : [];
    await this.#store([...back, ...paused], write);
  }

  async #change(
    rows: readonly Assignment[],
    change: (row: Assignment) => readonly Change[],
  ): Promise<Change[]> {
    const changes: Change[] = [];
    for (const row of rows) {
      await this.#options.recall(row.queryId);
      changes.push(...change(row));
    }
    return changes;
  }

  async #store(changes: readonly Change[], write: Write): Promise<void> {
    try {
      await write(changes.map(({ after }) => after));
    } catch (error) {
      this.#options.queue.undo(changes);
      throw error;
    }
    this.#options.tell(changes);
  }

  /** What was about behaviour of long ago is asked for as long as something new is. */
  async #reopen(queryId: string, now: number): Promise<void> {
    const { queue, stock, recall } = this.#options;
    const query = await recall(queryId);
    if (!query || stock.has(queryId) || !(await stock.canBeShown(query))) return;
    queue.reopen(queryId);
    if (!queue.has(queryId)) return;
    const { expiresAfterEpisodes: _, ...rest } = query;
    const lasts = Math.max(HOUR, query.expiresAt - query.createdAt);
    stock.hold({ ...rest, expiresAt: now + lasts });
  }
}
