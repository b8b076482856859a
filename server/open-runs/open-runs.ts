/** Opens runs of the data folder and ends them, so many at once, with an entry in the audit log of who did. */
import type { OpenRunRow, RunWanted } from '../protocol/index.ts';
import type { AuditEvent } from '../storage/audit-chain.ts';
import type { Run, Storage } from '../storage/contract.ts';
import type { Log } from '../threads/log.ts';
import { OpenRefusal, type OpenRun, type OpenRuns } from './contract.ts';

export interface OpenRunsOptions<T extends OpenRun> {
  readonly most: number;
  /** Id of the run that the server began with. */
  readonly first: string;
  readonly storage: Pick<Storage, 'listRuns' | 'appendAudit'>;
  /** Ready to be asked; one that is new is stored once it has started. @throws Error in words for a person */
  readonly start: (run: Run, isNew: boolean) => Promise<T>;
  /** Not stored yet. @throws RangeError naming what is wrong in the form */
  readonly create: (wanted: RunWanted) => Promise<Run>;
  readonly log: Pick<Log, 'info' | 'error'>;
}

interface Place<T> {
  state: OpenRunRow['state'];
  /** Absent: it is being opened. */
  run?: T;
  /** What is being done about it now. */
  work: Promise<unknown>;
}

export class OpenRunSet<T extends OpenRun> implements OpenRuns<T> {
  readonly first: string;
  readonly most: number;
  readonly #options: OpenRunsOptions<T>;
  readonly #places = new Map<string, Place<T>>();
  #isClosing = false;

  constructor(options: OpenRunsOptions<T>) {
    this.first = options.first;
    this.most = options.most;
    this.#options = options;
  }

  list(): ReturnType<OpenRuns['list']> {
    return [...this.#places].map(([id, { state }]) => ({ id, state }));
  }

  find(id: string): T | undefined {
    const place = this.#places.get(id);
    return place?.state === 'open' ? place.run : undefined;
  }

  async open(id: string, actor: string): Promise<void> {
    this.#expectRoom(id);
    // Taken before anything is waited for: of two who press at once one is refused.
    const work = this.#start(id, actor, () => this.#find(id), false);
    this.#places.set(id, { state: 'opening', work });
    await work;
  }

  async begin(wanted: RunWanted, actor: string): Promise<string> {
    this.#expectRoom();
    const run = await this.#options.create(wanted).catch((error: Error) => {
      if (!(error instanceof RangeError)) throw error;
      throw new OpenRefusal(400, error.message);
    });
    this.#expectRoom(); // others may have come meanwhile
    const work = this.#start(run.id, actor, async () => run, true);
    this.#places.set(run.id, { state: 'opening', work });
    await work;
    return run.id;
  }

  async stop(id: string, actor: string): Promise<void> {
    const place = this.#places.get(id);
    if (id === this.first)
      throw new OpenRefusal(409, `run ${id} is what the server began with, and ends with it`);
    if (!place?.run || place.state !== 'open')
      throw new OpenRefusal(409, `run ${id} is not open here${place ? ` (${place.state})` : ''}`);
    place.state = 'stopping';
    const { run } = place;
    place.work = this.#end(id, run);
    await place.work;
    await this.#options.storage.appendAudit([event('run.stopped', id, actor)]);
  }

  /** All end in order; none is opened any more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const places = [...this.#places];
    await Promise.allSettled(places.map(([, { work }]) => work));
    const ends = places.flatMap(([id, { run }]) => (run ? [this.#end(id, run)] : []));
    const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** @param id absent: of a new run */
  #expectRoom(id?: string): void {
    const { most } = this;
    if (this.#isClosing) throw new OpenRefusal(409, 'the server is ending');
    if (id !== undefined && (id === this.first || this.#places.has(id)))
      throw new OpenRefusal(409, `run ${id} is open here already`);
    if (most === 0)
      throw new OpenRefusal(403, 'this server opens no other runs: start it with --open-runs N');
    if (this.#places.size >= most)
      throw new OpenRefusal(
        409,
        `open runs: are ${most}, which is as many as this server has at once (--open-runs); stop one first`,
      );
  }

  async #find(id: string): Promise<Run> {
    const record = (await this.#options.storage.listRuns()).find((run) => run.id === id);
    if (!record) throw new OpenRefusal(404, `run ${id}: unknown in this data folder`);
    return record;
  }

  async #start(id: string, actor: string, find: () => Promise<Run>, isNew: boolean): Promise<void> {
    const { storage, start, log } = this.#options;
    try {
      const run = await start(await find(), isNew).catch((error: Error) => {
        log.error({ run: id, error: String(error) }, 'a run could not be opened');
        throw new OpenRefusal(409, error.message);
      });
      await storage.appendAudit([event('run.opened', id, actor)]).catch(async (error) => {
        await run.close();
        throw error;
      });
      Object.assign(this.#places.get(id)!, { run, state: 'open' });
      log.info({ run: id }, 'a run was opened');
    } catch (error) {
      this.#places.delete(id);
      throw error;
    }
  }

  async #end(id: string, run: T): Promise<void> {
    try {
      await run.close();
    } finally {
      this.#places.delete(id);
      this.#options.log.info({ run: id }, 'a run was stopped');
    }
  }
}

function event(action: 'run.opened' | 'run.stopped', objectId: string, actor: string): AuditEvent {
  const nothing = { role: null, before: null, after: null, reason: null };
  return { action, actor, objectType: 'run', objectId, ...nothing };
}
