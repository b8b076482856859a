/**
 * The campaign that a run's people are asked in now. Whoever decides about it writes to the storage, on this server
 * or beside it; here it is looked at again and again, and followed. A run in which none ever began asks as it always
 * did.
 */

import type { Feedback, Query } from '../../agent/contract.ts';
import type { MetricValues } from '../../agent/metrics.ts';
import type { Asking } from '../../agent/queries/queries.ts';
import { stableShare } from '../actors/stable-share.ts';
import { Ledger } from '../campaigns/ledger.ts';
import { Shares } from '../campaigns/shares.ts';
import type { Asker, Overlap } from '../contract.ts';
import type { CampaignEnd, ServerMessage } from '../protocol/index.ts';
import { type CampaignRecord, currentOf } from '../storage/campaigns-contract.ts';
import type { Assignment, Storage, StoredQuery } from '../storage/contract.ts';
import type { Background } from './background.ts';
import type { Change } from './queue.ts';

/** Held-out comparisons without which nothing is said of a reward model. */
const LEAST_HELD_OUT = 30;

export interface RunningCampaignOptions {
  readonly runId: string;
  /** Where no campaign says otherwise. */
  readonly overlap: Overlap;
  readonly storage: Pick<
    Storage,
    | 'listCampaigns'
    | 'queriesOf'
    | 'answersOf'
    | 'tallyOf'
    | 'endCampaign'
    | 'listTexts'
    | 'hasAgreed'
    | 'agree'
  >;
  readonly background: Pick<Background, 'run'>;
}

/** What the queries that people are given hang on. */
export type CampaignOfQueue = Pick<
  RunningCampaign,
  'changed' | 'count' | 'isOpenTo' | 'left' | 'mayHaveMore' | 'news' | 'stamp' | 'taken'
>;

/** What follows when it changes: other questions are wanted, and pages are told. */
type OnChange = () => Promise<void>;

export class RunningCampaign {
  readonly #options: RunningCampaignOptions;
  #campaign: CampaignRecord | undefined;
  #instructions = '';
  #ledger = new Ledger();
  #shares = new Shares();
  /** Who has been told that they are asked no more for now. */
  readonly #atMost = new Set<string>();
  /** Its queries, by id. */
  #queries = new Set<string>();
  /** Who has opened its instructions as they are now. */
  #opened = new Set<string>();
  /** One page is greeted after the other, and one look taken after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #onChange: OnChange = async () => {};

  private constructor(options: RunningCampaignOptions) {
    this.#options = options;
  }

  static async open(options: RunningCampaignOptions): Promise<RunningCampaign> {
    const campaign = new RunningCampaign(options);
    await campaign.look();
    return campaign;
  }

  onChange(listener: OnChange): void {
    this.#onChange = listener;
  }

  /** Changes to how the preset asks. */
  get asking(): Asking {
    if (!this.#campaign || this.#campaign.state === 'ended') return {};
    const { kind, strategy, pool, source } = this.#campaign.terms;
    return {
      kind,
      ...(strategy === null ? {} : { strategy }),
      ...(pool === null ? {} : { recentEpisodes: pool }),
      ...(source === 'all' ? {} : { source }),
    };
  }

  /** How many more answers may be asked for, those that people have now among them. */
  get left(): number {
    if (!this.#campaign) return Number.POSITIVE_INFINITY;
    const { state, terms } = this.#campaign;
    if (state !== 'running') return 0;
    if (terms.budget?.unit === 'answers') return terms.budget.most - this.#ledger.answers;
    return (this.#ledger.done(terms) ?? 0) < 1 ? Number.POSITIVE_INFINITY : 0;
  }

  /** Whether the person is given questions. */
  isOpenTo(teacherId: string): boolean {
    if (!this.#campaign) return true;
    return this.#campaign.state === 'running' && this.#opened.has(teacherId);
  }

  /** As it is asked; undefined: the campaign asks something else. Who is asked twice is decided by ids. */
  stamp(query: Query): StoredQuery | undefined {
    const { terms, id: campaignId } = this.#campaign ?? {};
    if (terms && query.kind !== terms.kind) return undefined;
    const { people, share } = terms ?? this.#options.overlap;
    return {
      ...query,
      ...(people > 1 && stableShare(query.id) < share ? { overlap: people } : {}),
      ...(campaignId === undefined ? {} : { campaignId }),
    };
  }

  /** What it asks is how people answer: no model may do so in their place. */
  get isOfPeopleAlone(): boolean {
    return this.#campaign?.terms.purpose === 'calibration';
  }

  /** It is on disk. */
  taken({ id, campaignId }: StoredQuery): void {
    if (campaignId !== undefined && campaignId === this.#campaign?.id) this.#queries.add(id);
  }

  /** Of the queue: an assignment is in that state from now on, or no more. */
  count(row: Assignment, by: 1 | -1): void {
    if (this.#queries.has(row.queryId)) this.#shares.count(row, by);
  }

  /** False: this person has given, or is at, as many of its answers as one may. */
  mayHaveMore(teacherId: string): boolean {
    return !this.#campaign || this.#shares.mayHaveMore(teacherId, this.#campaign.terms);
  }

  /** What a person who asks has to be told once: that they are asked no more for now, or are again. */
  news(teacherId: string): ServerMessage | undefined {
    const isAtMost = !this.mayHaveMore(teacherId);
    if (isAtMost === this.#atMost.has(teacherId)) return undefined;
    if (isAtMost) this.#atMost.add(teacherId);
    else this.#atMost.delete(teacherId);
    return this.message(teacherId);
  }

  /** Answers count, or count no more. */
  changed({ before, after }: Change): void {
    if (!this.#queries.has(after.queryId)) return;
    this.#ledger.count(Number(after.state === 'answered') - Number(before?.state === 'answered'));
  }

  /** Somebody worked on one of its questions. */
  heard({ queryId, teacherId }: Assignment, { kind, receivedAt, responseMs }: Feedback): void {
    if (kind === 'retraction' || !this.#queries.has(queryId)) return;
    this.#ledger.spent({ teacherId, receivedAt, responseMs });
    if (this.#isSpent) this.#options.background.run('campaign', this.#end('budget'));
  }

  get #isSpent(): boolean {
    const { terms, state } = this.#campaign!;
    return state === 'running' && this.#ledger.done(terms) === 1;
  }

  /** What the person's page is told; undefined: there is nothing to tell. */
  message(teacherId: string): ServerMessage | undefined {
    if (!this.#campaign) return undefined;
    const { id, terms, state, endedWhy, textHash } = this.#campaign;
    const { name, kind } = terms;
    const isOpened = this.#opened.has(teacherId);
    const instructions = this.#instructions;
    const isAtMost = !this.mayHaveMore(teacherId);
    const text = { instructions, textHash, isOpened, isAtMost };
    return { type: 'campaign', campaign: { id, name, kind, state, endedWhy, ...text } };
  }

  /** Who asks for questions: what they have opened is known then, and their page told. */
  greet({ teacherId, count, message: tell }: Asker): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#campaign || count === 0) return;
      const { textHash } = this.#campaign;
      if (await this.#options.storage.hasAgreed(teacherId, textHash)) this.#opened.add(teacherId);
      tell(this.message(teacherId)!);
    });
  }

  /** They have opened the instructions; false: of that hash there are none now. */
  opened(teacherId: string, textHash: string, openedAt: number): Promise<boolean> {
    return this.#inTurn(async () => {
      if (textHash !== this.#campaign?.textHash) return false;
      const consent = { teacherId, textHash, agreedAt: openedAt };
      await this.#options.storage.agree(consent, 'instructions');
      this.#opened.add(teacherId);
      return true;
    });
  }

  /** By the clock: its day may have come, or the reward model be as good as was wanted. */
  async check(now: number, metrics: MetricValues): Promise<void> {
    await this.look();
    if (this.#campaign?.state !== 'running') return;
    const { until, accuracy } = this.#campaign.terms;
    const { 'reward/accuracy': reached = 0, 'reward/heldOut': heldOut = 0 } = metrics;
    if (this.#isSpent) await this.#end('budget');
    else if (until !== null && now >= until) await this.#end('deadline');
    else if (accuracy !== null && heldOut >= LEAST_HELD_OUT && reached >= accuracy)
      await this.#end('accuracy');
  }

  /** What was decided about it meanwhile is so from now on. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      const { storage, runId } = this.#options;
      const next = currentOf(await storage.listCampaigns(runId));
      const before = this.#campaign;
      if (!next || JSON.stringify(next) === JSON.stringify(before)) return;
      if (next.id !== before?.id) {
        this.#queries = new Set(await storage.queriesOf(next.id));
        this.#ledger = new Ledger(await storage.answersOf(next.id));
        this.#shares = new Shares(await storage.tallyOf(next.id));
      }
      if (next.textHash !== before?.textHash) {
        const text = (await storage.listTexts()).find(({ hash }) => hash === next.textHash);
        this.#instructions = text?.body ?? '';
        this.#opened = new Set();
      }
      this.#campaign = next;
      await this.#onChange();
    });
  }

  async #end(why: CampaignEnd): Promise<void> {
    const { storage } = this.#options;
    await storage.endCampaign(this.#campaign!.id, why, 'server', Date.now());
    await this.look();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}
