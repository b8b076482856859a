/**
 * Questions that tell something of their person, slipped in between the others: their answer is known, or the person
 * has given it before. A probe is a query of its own with the fields of those around it, reserved for one person.
 */
import { randomBytes } from 'node:crypto';
import type { Episode, Query, Segment } from '../../agent/contract.ts';
import { isReplayable } from '../../agent/episode/replay.ts';
import { QUERY_ID } from '../../agent/queries/queries.ts';
import type { Random } from '../../sim/random.ts';
import { RunError } from '../contract.ts';
import type { Assignment, Storage, StoredQuery } from '../storage/contract.ts';
import type { Gold, Probe, ProbeKind } from '../storage/quality-contract.ts';
import type { Episodes } from './episodes.ts';
import { agreedGold, findGold } from './gold.ts';
import type { Standings } from './standings.ts';
import { type Answered, nextTriad } from './triads.ts';
import { isCompared, swapped } from './verdict.ts';

/** Gold kept ready; more is looked for while there is less. */
const GOLD = 60;
/** Answers between a question and its repetition, and answers that are remembered to be asked again. */
const APART = 5;
const REMEMBERED = 60;

export interface ProbesOptions {
  readonly runId: string;
  readonly standings: Standings;
  readonly storage: Pick<
    Storage,
    | 'putProbe'
    | 'listProbes'
    | 'putGold'
    | 'listGold'
    | 'retireGold'
    | 'answeredAssignments'
    | 'getQuery'
    | 'assignmentsOf'
    | 'findEpisode'
  >;
  readonly episodes: Pick<Episodes, 'recent' | 'keep'>;
  readonly random: Random;
}

interface Made {
  readonly probe: Probe;
  readonly query: StoredQuery;
}

export class Probes {
  readonly #options: ProbesOptions;
  readonly #probes = new Map<string, Probe>();
  readonly #gold = new Map<string, Gold>();
  /** By person: gold that they were asked, and queries that they were asked twice. */
  readonly #asked = new Map<string, Set<string>>();
  readonly #past = new Map<string, Answered[]>();
  readonly #triads = new Map<string, readonly Probe[]>();
  /** Gold whose clips are not there any more. */
  readonly #gone = new Set<string>();
  /** A query like those that people are given now. */
  #like: StoredQuery | undefined;

  private constructor(options: ProbesOptions) {
    this.#options = options;
  }

  static async open(options: ProbesOptions): Promise<Probes> {
    const { storage, runId, standings } = options;
    const probes = new Probes(options);
    for (const probe of await storage.listProbes(runId)) probes.#note(probe);
    for (const gold of await storage.listGold(runId)) {
      probes.#gold.set(gold.id, gold);
      if (gold.retiredAt !== null) standings.retire(gold.id);
      await probes.#spare(gold.id);
    }
    if (standings.rules.repeats > 0 || standings.rules.triads > 0)
      for (const { verdict, ...row } of await storage.answeredAssignments(runId))
        if (verdict !== null) probes.#remember({ ...row, verdict });
    return probes;
  }

  get gold(): readonly Gold[] {
    return [...this.#gold.values()];
  }

  find(queryId: string): Probe | undefined {
    return this.#probes.get(queryId);
  }

  /** People are given this one now: probes are to look the same. */
  resemble(query: StoredQuery): void {
    if (query.kind === 'compare' && query.segments.length === 2) this.#like = query;
  }

  /** People are asked something else from now on. */
  resembleNothing(): void {
    this.#like = undefined;
  }

  /**
   * What the person is to be given in a place that is free; undefined: an ordinary question. It is not written yet.
   * A quiz waits until there is gold enough for all of it: meanwhile people answer ordinary questions.
   * @param holding ids of the queries that they have already
   */
  async next(
    teacherId: string,
    holding: readonly string[],
    now: number,
  ): Promise<Made | undefined> {
    const like = this.#like;
    if (!like) return undefined;
    const kind = this.isQuizDue(teacherId, holding) ? 'quiz' : this.#draw();
    switch (kind) {
      case undefined:
        return undefined;
      case 'quiz':
      case 'gold':
        return this.#askGold(kind, teacherId, like, now);
      case 'repeat':
        return this.#askAgain(teacherId, like, now);
      case 'triad':
        return this.#askTriad(teacherId, like, now);
    }
  }

  /** Whether what the person is given next belongs to the quiz. @param holding ids of the queries that they have already */
  isQuizDue(teacherId: string, holding: readonly string[]): boolean {
    const { standings } = this.#options;
    if (!standings.isInQuiz(teacherId)) return false;
    const held = holding.filter((id) => this.#probes.get(id)?.kind === 'quiz').length;
    const missing = standings.rules.quiz - standings.record(teacherId).quiz.n - held;
    return missing > 0 && this.#fresh(teacherId).length >= missing;
  }

  /** It can be shown: from now on it is asked. */
  async put({ probe, query }: Made): Promise<void> {
    await this.#options.storage.putProbe(probe, query);
    this.#note(probe);
  }

  /** An answer that counts: it may be asked again. @returns gold that is not to be asked any more. */
  async answered({ queryId, teacherId, verdict }: Assignment): Promise<void> {
    if (verdict === null) return;
    const probe = this.#probes.get(queryId);
    if (!probe) return this.#remember({ queryId, teacherId, verdict });
    const gold = this.#gold.get(probe.about);
    const why =
      gold && gold.retiredAt === null ? this.#options.standings.retirement(gold) : undefined;
    if (gold && why) await this.retire(gold.id, why, 'server', Date.now());
  }

  /**
   * What people agree on is gold from now on, which those who answered it are not asked.
   * @returns its id @throws RunError
   */
  async agree(queryId: string, actor: string, now: number): Promise<string> {
    const { storage, standings, runId } = this.#options;
    const id = goldIdOf(queryId);
    if (this.#gold.has(id)) return id;
    const { gold: share, quiz } = standings.rules;
    if (share === 0 && quiz === 0)
      throw new RunError('not-allowed', 'gold: is asked by serve --quiz or --gold alone');
    const query = this.#probes.has(queryId) ? undefined : await storage.getQuery(queryId);
    const found = query?.runId === runId ? query : undefined;
    const pair = agreedGold(found, await storage.assignmentsOf(queryId), queryId);
    const gold: Gold = { id, runId, ...pair, createdAt: now, retiredAt: null, retiredWhy: null };
    await storage.putGold(gold, actor);
    this.#gold.set(id, gold);
    await this.#spare(id);
    return id;
  }

  /** Those whose own answers made it gold. */
  async #spare(goldId: string): Promise<void> {
    const queryId = queryIdOf(goldId);
    if (queryId === undefined) return;
    for (const { teacherId } of await this.#options.storage.assignmentsOf(queryId))
      this.#noteAsked(teacherId, goldId);
  }

  /** @returns whether there was such a gold that was asked still. */
  async retire(id: string, why: string, actor: string, now: number): Promise<boolean> {
    const { storage, standings } = this.#options;
    const gold = this.#gold.get(id);
    if (!gold || !(await storage.retireGold(id, now, why, actor))) return false;
    this.#gold.set(id, { ...gold, retiredAt: now, retiredWhy: why });
    standings.retire(id);
    return true;
  }

  /** Looks for another pair among the newest episodes, while there are few. */
  async seek(now: number): Promise<void> {
    const { runId, standings, storage, episodes, random } = this.#options;
    const { gold, quiz } = standings.rules;
    const like = this.#like;
    if (!like || (gold === 0 && quiz === 0) || this.#usable().length >= GOLD) return;
    const steps = like.segments[0]!.to - like.segments[0]!.from;
    const found = findGold([...episodes.recent.values()].filter(canBeShown), steps, random);
    if (!found || !(await this.#keep(found.better)) || !(await this.#keep(found.worse))) return;
    const id = `${runId}-g${randomBytes(4).toString('hex')}`;
    const next: Gold = { id, runId, ...found, createdAt: now, retiredAt: null, retiredWhy: null };
    await storage.putGold(next);
    this.#gold.set(id, next);
  }

  /** Its clips cannot be shown: neither it nor the gold that it is about is asked. */
  cannotShow({ about }: Probe): void {
    if (this.#gold.has(about)) this.#gone.add(about);
  }

  /** Behaviour of long ago is forgotten; what is to be asked stays. */
  async #keep({ episodeId }: Segment): Promise<boolean> {
    const { storage, episodes } = this.#options;
    const episode = episodes.recent.get(episodeId);
    if (await storage.findEpisode(episodeId)) return true;
    return episode !== undefined && episodes.keep(episode, false);
  }

  #usable(): Gold[] {
    return this.gold.filter(({ id, retiredAt }) => retiredAt === null && !this.#gone.has(id));
  }

  #fresh(teacherId: string): Gold[] {
    return this.#usable().filter(({ id }) => !this.#asked.get(teacherId)?.has(id));
  }

  #draw(): ProbeKind | undefined {
    const { gold, repeats, triads } = this.#options.standings.rules;
    const draw = this.#options.random.next();
    if (draw < gold) return 'gold';
    if (draw < gold + repeats) return 'repeat';
    return draw < gold + repeats + triads ? 'triad' : undefined;
  }

  #askGold(kind: 'quiz' | 'gold', teacherId: string, like: StoredQuery, now: number) {
    const { random } = this.#options;
    const fresh = this.#fresh(teacherId);
    if (fresh.length === 0) return undefined;
    const gold = fresh[random.integer(fresh.length)]!;
    const isLeft = random.next() < 0.5;
    const segments = isLeft ? [gold.better, gold.worse] : [gold.worse, gold.better];
    const query = this.#query(like, segments, now);
    return this.#made(query, teacherId, kind, gold.id, isLeft ? 'a' : 'b');
  }

  async #askAgain(teacherId: string, like: StoredQuery, now: number): Promise<Made | undefined> {
    const { random, storage } = this.#options;
    const old = (this.#past.get(teacherId) ?? []).slice(0, -APART);
    const open = old.filter(({ queryId }) => !this.#asked.get(teacherId)?.has(queryId));
    if (open.length === 0) return undefined;
    const { queryId, verdict } = open[random.integer(open.length)]!;
    const before = await storage.getQuery(queryId);
    if (!before) return undefined;
    const query = this.#query(like, [...before.segments].reverse(), now);
    return this.#made(query, teacherId, 'repeat', queryId, swapped(verdict));
  }

  async #askTriad(teacherId: string, like: StoredQuery, now: number): Promise<Made | undefined> {
    const { random, storage } = this.#options;
    const used = this.#triads.get(teacherId) ?? [];
    const past = (this.#past.get(teacherId) ?? []).slice(0, -APART);
    const found = await nextTriad(used, past, storage, random);
    if (!found) return undefined;
    const segments = random.next() < 0.5 ? found.segments : [...found.segments].reverse();
    const query = this.#query(like, segments, now);
    return this.#made(query, teacherId, 'triad', found.about, '');
  }

  /** As the queries around it, but for what it is about. */
  #query(like: StoredQuery, segments: Query['segments'], now: number): StoredQuery {
    const { overlap: _, urgent: _urgent, ...rest } = like;
    const id = `${like.runId}-q${randomBytes(QUERY_ID / 2).toString('hex')}`;
    return {
      ...rest,
      id,
      segments,
      createdAt: now,
      expiresAt: now + like.expiresAt - like.createdAt,
    };
  }

  #made(query: StoredQuery, teacherId: string, kind: ProbeKind, about: string, expected: string) {
    const { id: queryId, runId } = query;
    return { query, probe: { queryId, runId, teacherId, kind, about, expected } };
  }

  #note(probe: Probe): void {
    const { queryId, teacherId, about, kind } = probe;
    if (kind === 'triad')
      this.#triads.set(teacherId, [...(this.#triads.get(teacherId) ?? []), probe]);
    this.#probes.set(queryId, probe);
    this.#noteAsked(teacherId, about);
  }

  #noteAsked(teacherId: string, about: string): void {
    this.#asked.set(teacherId, (this.#asked.get(teacherId) ?? new Set()).add(about));
  }

  #remember(answer: Answered): void {
    const { queryId, teacherId, verdict } = answer;
    if (this.#probes.has(queryId) || !isCompared(verdict)) return;
    const list = [...(this.#past.get(teacherId) ?? []), { queryId, teacherId, verdict }];
    this.#past.set(teacherId, list.slice(-REMEMBERED));
  }
}

/** Gold that people agreed on names the query that they answered. */
const AGREED = '-agreed';
const goldIdOf = (queryId: string): string => `${queryId}${AGREED}`;
const queryIdOf = (goldId: string): string | undefined =>
  goldId.endsWith(AGREED) ? goldId.slice(0, -AGREED.length) : undefined;

const canBeShown = (episode: Episode): boolean => episode.poses.length > 0 || isReplayable(episode);
