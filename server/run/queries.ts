/** Queries held ready for people: `queue.ts` decides who has which, this file writes that and tells the pages. */
import type { Feedback, Query } from '../../agent/contract.ts';
import { type Asker, RunError } from '../contract.ts';
import type { QueueReport, ServerMessage } from '../protocol/index.ts';
import type { Assignment, Storage, StoredQuery } from '../storage/contract.ts';
import { Askers } from './askers.ts';
import type { Automation } from './automation.ts';
import type { Background } from './background.ts';
import type { Episodes } from './episodes.ts';
import { InHand } from './in-hand.ts';
import { LeaseTimes } from './lease-times.ts';
import { OnScreen } from './on-screen.ts';
import type { Probes } from './probes.ts';
import { type Answering, type Asked, type Change, Queue } from './queue.ts';
import { recount } from './recount.ts';
import { Reservations } from './reservations.ts';
import type { CampaignOfQueue } from './running-campaign.ts';
import { SetAside } from './set-aside.ts';
import type { Standings } from './standings.ts';
import { Stock, wireQuery } from './stock.ts';
import { verdictOf } from './verdict.ts';

/** Queries that every person finds ready beyond those they hold. */
const STOCK = 6;
/** Besides, for each person who asks: what they answer until the learner has made more. */
const STOCK_EACH = 2;
/** How long the episodes of a query that is overdue but on screen are kept on disk, renewed while it is there, ms. */
const HELD = 60_000;

export interface QueriesOptions {
  readonly runId: string;
  readonly campaign: CampaignOfQueue;
  readonly storage: Pick<
    Storage,
    | 'findEpisode'
    | 'putQueries'
    | 'getQuery'
    | 'putAssignments'
    | 'assignmentsOf'
    | 'leasedAssignments'
    | 'queryAnsweredBy'
    | 'countAssignments'
    | 'openTokens'
  >;
  readonly episodes: Pick<Episodes, 'drawn' | 'keep'>;
  readonly background: Pick<Background, 'run'>;
  readonly standings: Pick<Standings, 'isPaused'>;
  readonly probes: Pick<Probes, 'cannotShow' | 'find' | 'isQuizDue' | 'next' | 'put' | 'resemble'>;
  /** Answers what people need not be asked; absent: nothing is. */
  readonly automation?: Pick<Automation, 'take'> | undefined;
  /** Hears of answers, also of those taken back, with the feedback that says so. */
  readonly onAnswered: (row: Assignment, feedback: Feedback) => void;
}

export class Queries {
  readonly #options: QueriesOptions;
  readonly #queue: Queue;
  readonly #times = new LeaseTimes();
  readonly #stock: Stock;
  readonly #reservations: Reservations;
  /** Answers that count no more, of people who are paused or because they were rejected; and again. */
  readonly setAside: SetAside;
  readonly #askers = new Askers();
  readonly #onScreen = new OnScreen();
  readonly #inHand = new InHand();
  /** Ends that the disk did not take yet. */
  #unwritten: Assignment[] = [];

  private constructor(options: QueriesOptions, queue: Queue) {
    this.#options = options;
    this.#queue = queue;
    this.#stock = new Stock(options);
    const stock = this.#stock;
    this.#reservations = new Reservations({ queue, stock, probes: options.probes });
    this.setAside = new SetAside({
      ...{ queue, stock },
      recall: (queryId) => this.#recall(queryId),
      isOnScreen: (row) => this.#onScreen.has(row),
      tell: (changes) => this.#tell(changes),
      serve: () => this.#serve(),
    });
  }

  /** With what people of an earlier process still hold: their pages come back. */
  static async open(options: QueriesOptions): Promise<Queries> {
    const { storage, runId } = options;
    const counts = await storage.countAssignments(runId);
    const queue = new Queue(counts, await storage.openTokens(), options.campaign);
    const queries = new Queries(options, queue);
    const held = new Set((await storage.leasedAssignments(runId)).map((row) => row.queryId));
    for (const id of held) {
      const query = await storage.getQuery(id);
      const rows = await storage.assignmentsOf(id);
      queue.offer(queries.#asked({ id, runId, overlap: query?.overlap ?? 1 }), rows);
      if (query) queries.#stock.hold(query);
    }
    const now = Date.now();
    // Their hearts did not beat while the server was away.
    queue.extend(() => true, now, queries.#times.of(undefined));
    return queries;
  }

  /** Urgent queries first, otherwise in the order in which they came. */
  get open(): readonly Query[] {
    return this.#stock.inOrder;
  }

  get size(): number {
    return this.#stock.size;
  }

  get report(): QueueReport {
    const { counts } = this.#queue;
    const holds = counts.served === counts.answered + counts.skipped + counts.expired + counts.open;
    return { ...counts, waiting: Math.max(0, this.#queue.capacity), holds };
  }

  /** Whether the figures are those of the disk. */
  recount(): ReturnType<typeof recount> {
    return recount(this.#options.storage, this.#options.runId, () => this.#queue.counts);
  }

  /** How many more are wanted: everybody who asks finds some that they can be given. */
  get missing(): number {
    const people = this.#demand();
    let demand = STOCK_EACH * people.size;
    let shortest = STOCK;
    for (const [teacherId, count] of people) {
      demand += Math.max(0, count - this.#queue.heldBy(teacherId).length);
      shortest = Math.min(shortest, this.#queue.availableTo(teacherId));
    }
    return Math.max(STOCK + demand - this.#queue.capacity, STOCK - shortest);
  }

  async take(list: readonly Query[]): Promise<void> {
    const { missing } = this;
    const taken: StoredQuery[] = [];
    for (const asked of list) {
      if (taken.length >= missing) break;
      const query = this.#options.campaign.stamp(asked);
      if (!query || this.#stock.has(asked.id) || !(await this.#stock.canBeShown(asked))) continue;
      if (await this.#options.automation?.take(query)) continue;
      taken.push(query);
    }
    await this.#options.storage.putQueries(taken);
    for (const query of taken) {
      if (this.#stock.has(query.id)) continue;
      this.#queue.offer(this.#asked(query));
      this.#stock.hold(query);
      this.#options.probes.resemble(query);
    }
    await this.#serve();
  }

  /** A viewer's person wants to hold so many queries, 0: none any more. They are sent what they hold already. */
  async ask(asker: Asker): Promise<void> {
    const { viewer, teacherId, count } = asker;
    if (count === 0) {
      this.#askers.delete(viewer);
      if (this.#askers.of(teacherId).length === 0)
        await this.#end(this.#queue.release(teacherId, Date.now(), this.#onScreen.of(teacherId)));
      return;
    }
    this.#askers.set(asker);
    for (const row of this.#queue.heldBy(teacherId)) this.#send(row, [asker]);
    await this.#serve();
  }

  /** What they hold stays theirs until its lease runs out: they may be back in a moment. */
  leave(viewer: string): void {
    this.#askers.delete(viewer);
    this.#onScreen.leave(viewer);
  }

  /** What a viewer's person has on screen now; undefined: none. */
  show(viewer: string, teacherId: string, queryId: string | undefined): void {
    this.#onScreen.show(viewer, teacherId, queryId);
    this.#extend(Date.now());
  }

  /** The person declined to answer. */
  async pass(teacherId: string, queryId: string): Promise<void> {
    const changes = this.#queue.answer(
      { queryId, teacherId, feedbackId: null, verdict: undefined },
      Date.now(),
    );
    await this.#end(changes ?? []);
    await this.#serve();
  }

  /**
   * What feedback that answers a query, or takes an answer back, changes; undefined: nothing.
   * @throws RunError where the query is not this person's to answer
   */
  async answering(feedback: Feedback): Promise<Answering | undefined> {
    const changes =
      feedback.kind === 'retraction'
        ? await this.#retracting(feedback.feedbackId)
        : await this.#answers(feedback);
    if (!changes) return undefined;
    const rows = changes.map((change) => change.after);
    const written = this.#inHand.begin(feedback.teacherId);
    return {
      rows: [...this.#unwritten.splice(0), ...rows],
      undo: () => {
        written();
        this.#queue.undo(changes);
      },
      done: () => {
        written();
        this.#times.add(feedback);
        this.#tell(changes);
        for (const { after } of changes) this.#options.onAnswered(after, feedback);
        this.#options.background.run('queries', this.#serve());
      },
    };
  }

  /** Resolves once all answers of the person that have come are written. */
  written(teacherId: string): Promise<void> {
    return this.#inHand.none(teacherId);
  }

  /** An episode ended: behaviour has moved on by one. */
  moved(): void {
    this.#stock.moved();
  }

  /** Ends leases that ran out, and withdraws queries that are overdue by their own terms, except those on a screen. */
  async expire(now: number): Promise<void> {
    this.#extend(now);
    const changes = this.#queue.sweep(now);
    const shown = this.#onScreen.queries();
    const held: StoredQuery[] = [];
    for (const query of this.#stock.all) {
      if (!this.#stock.isOverdue(query, now)) continue;
      if (!shown.has(query.id)) changes.push(...this.#withdraw(query.id, now));
      else if (query.expiresAt <= now) held.push({ ...query, expiresAt: now + HELD });
    }
    for (const query of held) this.#stock.renew(query);
    await this.#end(changes);
    await this.#options.storage.putQueries(held);
    await this.#serve();
  }

  /** Other queries are worth more now: those that wait are withdrawn, except those on a person's screen. */
  async renew(): Promise<void> {
    const shown = this.#onScreen.queries();
    const now = Date.now();
    const waiting = this.#stock.all.filter(({ id }) => !shown.has(id));
    await this.#end(waiting.flatMap(({ id }) => this.#withdraw(id, now)));
  }

  // ------------------------------------------------------------------ who has what

  #withdraw(queryId: string, now: number): Change[] {
    const changes = this.#queue.withdraw(queryId, now);
    this.#stock.drop(queryId);
    return changes;
  }

  #demand(): Map<string, number> {
    const { standings, campaign } = this.#options;
    return this.#askers.demand(
      (id) => !standings.isPaused(id) && campaign.isOpenTo(id) && campaign.mayHaveMore(id),
    );
  }

  /** Everybody who asks is given what they lack, a query each before anybody is given two. */
  async #serve(): Promise<void> {
    await this.#give();
    this.#askers.tellEach((id) => this.#options.campaign.news(id));
  }

  async #give(): Promise<void> {
    await this.#reservations.prepare(this.#demand());
    const demand = this.#demand();
    const now = Date.now();
    const order = this.open.map((query) => query.id);
    const most = Math.max(0, ...demand.values());
    const changes: Change[] = [];
    for (let n = 1; n <= most; n++)
      for (const [teacherId, count] of demand) {
        if (this.#queue.counts.open >= this.#options.campaign.left) break;
        const ttl = this.#times.of(teacherId);
        const ids = [...this.#reservations.of(teacherId), ...order];
        const most = Math.min(n, count, this.#reservations.most(teacherId));
        const leased = this.#queue.lease(teacherId, most, ids, now, ttl);
        for (const { after } of leased) this.#reservations.given(after);
        changes.push(...leased);
      }
    if (changes.length === 0) return;
    try {
      // On disk before anybody has it: no token is ever given twice.
      await this.#write(changes);
    } catch (error) {
      this.#queue.undo(changes);
      throw error;
    }
    this.#tell(changes);
  }

  async #answers(feedback: Feedback): Promise<Change[] | undefined> {
    const { id, queryId, teacherId, lease } = feedback;
    if (queryId === undefined) return undefined;
    await this.#recall(queryId);
    const answer = {
      queryId,
      teacherId,
      token: lease,
      feedbackId: id,
      verdict: verdictOf(feedback),
      isPaused: this.#options.standings.isPaused(teacherId),
      isWanted: this.#queue.counts.open < this.#options.campaign.left,
    };
    const changes = this.#queue.answer(answer, Date.now());
    if (changes) return changes;
    throw new RunError(
      'expired-query',
      `queryId: ${queryId} was given to somebody else or has all its answers; answer one that the server gave you`,
    );
  }

  async #retracting(feedbackId: string): Promise<Change[] | undefined> {
    const queryId = await this.#options.storage.queryAnsweredBy(feedbackId);
    if (queryId === undefined) return undefined;
    const query = await this.#recall(queryId);
    const changes = this.#queue.retract(queryId, feedbackId, Date.now(), this.#times.of(undefined));
    if (query && changes.length > 0 && !this.#stock.has(queryId)) this.#stock.hold(query);
    return changes;
  }

  /** Nobody but its person is given a probe, not even after a restart. */
  #asked({ id, runId, overlap = 1 }: Pick<StoredQuery, 'id' | 'runId' | 'overlap'>): Asked {
    const only = this.#options.probes.find(id)?.teacherId;
    return { id, runId, overlap, ...(only === undefined ? {} : { only }) };
  }

  async #recall(queryId: string): Promise<StoredQuery | undefined> {
    const { storage } = this.#options;
    const query = this.#stock.get(queryId) ?? (await storage.getQuery(queryId));
    if (query && !this.#queue.knows(queryId)) {
      const rows = await storage.assignmentsOf(queryId);
      this.#queue.recall(this.#asked(query), rows);
    }
    return query;
  }

  /** Ends of assignments: people are told whatever the disk says, which hears of it again with the next write. */
  async #end(changes: readonly Change[]): Promise<void> {
    this.#tell(changes);
    if (changes.length > 0) await this.#write(changes);
  }

  async #write(changes: readonly Change[]): Promise<void> {
    const late = this.#unwritten.splice(0);
    const rows = changes.map((change) => change.after);
    try {
      await this.#options.storage.putAssignments([...late, ...rows]);
    } catch (error) {
      this.#unwritten = [
        ...late,
        ...rows.filter((row) => row.state !== 'leased'),
        ...this.#unwritten,
      ];
      throw error;
    }
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) {
      const { after } = change;
      this.#options.campaign.changed(change);
      const pages = this.#askers.of(after.teacherId);
      if (after.state === 'leased') this.#send(after, pages);
      else
        for (const page of pages) page.message({ type: 'query-expired', queryId: after.queryId });
      if (!this.#queue.has(after.queryId)) this.#stock.drop(after.queryId);
    }
  }

  /** Everybody who asks. */
  tellAll(words: (teacherId: string) => ServerMessage | undefined): void {
    this.#askers.tell(words);
  }

  tellPerson(teacherId: string, message: ServerMessage): void {
    for (const page of this.#askers.of(teacherId)) page.message(message);
  }

  #send(row: Assignment, pages: readonly Asker[]): void {
    const query = this.#stock.get(row.queryId);
    if (query) for (const page of pages) page.message(wireQuery(query, row.token));
  }

  #extend(now: number): void {
    this.#queue.extend((row) => this.#onScreen.has(row), now, this.#times.of(undefined));
  }
}
