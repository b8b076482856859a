/**
 * Who may have somebody erased: where there are accounts one supervisor asks for it and another one approves;
 * without accounts the owner does both. It is carried out while no server runs on the data.
 */
import { randomUUID } from 'node:crypto';
import type { Erasure, ErasureResult, SubjectStorage } from '../storage/subjects-contract.ts';
import type { People } from './people.ts';
import { expectAnother } from './two-persons.ts';

type Storage = Pick<
  SubjectStorage,
  | 'knowsSubject'
  | 'listHolds'
  | 'listErasures'
  | 'putErasure'
  | 'approveErasure'
  | 'withdrawErasure'
  | 'erase'
>;

export class Erasures {
  readonly #storage: Storage;
  readonly #people: Pick<People, 'accounts' | 'areNamed'>;

  constructor(storage: Storage, people: Pick<People, 'accounts' | 'areNamed'>) {
    this.#storage = storage;
    this.#people = people;
  }

  list(): Promise<Erasure[]> {
    return this.#storage.listErasures();
  }

  /**
   * Waits for an approval, unless there are no accounts.
   * @throws RangeError for somebody of whom nothing is kept, who is held, who waits already, or is the last supervisor
   */
  async request(
    subject: string,
    withAnswers: boolean,
    actor: string,
    now: number,
  ): Promise<Erasure> {
    await this.#expectErasable(subject);
    const erasures = await this.list();
    const waiting = erasures.find((each) => each.subject === subject && each.doneAt === null);
    if (waiting) throw new RangeError(`erasure: ${waiting.id} is asked for already`);
    const isAlone = !this.#people.areNamed;
    const erasure: Erasure = {
      id: `erasure-${randomUUID().slice(0, 8)}`,
      ...{ subject, withAnswers, requestedBy: actor, requestedAt: now },
      ...{ approvedBy: isAlone ? actor : null, approvedAt: isAlone ? now : null },
      ...{ doneAt: null, result: null },
    };
    await this.#storage.putErasure(erasure);
    return erasure;
  }

  /** @throws TwoPersonError for who asked for it or is to be erased; RangeError where nothing waits */
  async approve(id: string, actor: string, now: number): Promise<Erasure> {
    const waiting = (await this.list()).find((each) => each.id === id);
    if (!waiting || waiting.approvedBy !== null)
      throw new RangeError(`erasure: ${id} does not wait for an approval`);
    const { requestedBy, subject } = waiting;
    const why = `was asked for by ${requestedBy} and is of ${subject}`;
    expectAnother(actor, [requestedBy, subject], `erasure: ${id} ${why}`);
    await this.#expectErasable(waiting.subject);
    if (!(await this.#storage.approveErasure(id, actor, now)))
      throw new RangeError(`erasure: ${id} was approved meanwhile`);
    return { ...waiting, approvedBy: actor, approvedAt: now };
  }

  /** @throws RangeError for one that is not there or was carried out */
  async withdraw(id: string, actor: string): Promise<void> {
    if (!(await this.#storage.withdrawErasure(id, actor)))
      throw new RangeError(`erasure: ${id} is not there, or was carried out`);
  }

  async #expectErasable(subject: string): Promise<void> {
    if (!(await this.#storage.knowsSubject(subject)))
      throw new RangeError(`subject: nothing is kept of ${subject}`);
    const hold = (await this.#storage.listHolds()).find((each) => each.teacherId === subject);
    if (hold)
      throw new RangeError(
        `subject: ${subject} is held (${hold.reason}); reins subject release ${subject} ends that`,
      );
    const { accounts } = this.#people;
    const isThere = ({ id, role, disabledAt }: (typeof accounts)[number]) =>
      id !== subject && role === 'supervisor' && disabledAt === null;
    if (accounts.some(({ id }) => id === subject) && !accounts.some(isThere))
      throw new RangeError('subject: is the last supervisor; make somebody else one first');
  }
}

/** Those that are approved and wait; nothing else may use the storage meanwhile. */
export async function carryOutErasures(
  storage: Pick<Storage, 'listErasures' | 'listHolds' | 'erase'>,
  now: number,
): Promise<{ readonly id: string; readonly result: ErasureResult }[]> {
  const held = new Set((await storage.listHolds()).map(({ teacherId }) => teacherId));
  const done = [];
  for (const { id, subject, approvedBy, doneAt } of await storage.listErasures()) {
    if (approvedBy === null || doneAt !== null || held.has(subject)) continue;
    done.push({ id, result: await storage.erase(id, now) });
  }
  return done;
}
