/** Which stored episodes may go: the oldest that no feedback, no comment, no known or automatic answer, no instructions and no open question names. */
import type { Feedback } from '../../agent/contract.ts';
import { stepsOf } from '../../agent/feedback.ts';
import { examplesEpisodes } from '../protocol/index.ts';
import type { StoredQuery } from './contract.ts';
import type { Parts } from './parts.ts';
import type { Gold } from './quality-contract.ts';

/** Log entries read at once when it is first asked, so that other work comes in between. */
const PAGE = 2000;

export interface KeptEpisodes {
  /** These episodes stay, for good or until `until` (ms since epoch). */
  note(episodeIds: Iterable<string>, until?: number): void;
  /** Whether this one stays, once `read`. */
  isNamed(id: string): boolean;
  /** Resolves once everything is known that was named before this process. */
  read(): Promise<void>;
  prune(runId: string, keep: number): Promise<number>;
}

export function createKeptEpisodes({
  db,
  files,
  engine,
}: Pick<Parts, 'db' | 'files' | 'engine'>): KeptEpisodes {
  /** Until when, ms since epoch. */
  const named = new Map<string, number>();
  let past: Promise<void> | undefined;

  function note(episodeIds: Iterable<string>, until = Number.POSITIVE_INFINITY): void {
    for (const id of episodeIds) named.set(id, Math.max(until, named.get(id) ?? 0));
  }

  const isNamed = (id: string) => (named.get(id) ?? 0) > Date.now();

  async function readPast(): Promise<void> {
    const commented = await db.selectFrom('comment').select('episodeId').distinct().execute();
    note(commented.map(({ episodeId }) => episodeId));
    const gold = await db
      .selectFrom('gold')
      .select('body')
      .where('retiredAt', 'is', null)
      .execute();
    for (const { body } of gold) {
      const { better, worse } = JSON.parse(body) as Pick<Gold, 'better' | 'worse'>;
      note([better.episodeId, worse.episodeId]);
    }
    const automatic = await db
      .selectFrom('automatic')
      .innerJoin('query', 'query.id', 'automatic.queryId')
      .select('query.body')
      .where('isAudit', '=', 0)
      .execute();
    for (const { body } of automatic)
      note((JSON.parse(body) as StoredQuery).segments.map(({ episodeId }) => episodeId));
    const open = await db
      .selectFrom('query')
      .select('body')
      // Without a time of expiry it is null.
      .where((e) =>
        e.or([
          e(engine.number('body', 'expiresAt'), '>', Date.now()),
          e(engine.number('body', 'expiresAt'), 'is', null),
        ]),
      )
      .execute();
    for (const { body } of open) {
      const { segments, expiresAt } = JSON.parse(body) as StoredQuery;
      note(
        segments.map(({ episodeId }) => episodeId),
        expiresAt ?? Number.POSITIVE_INFINITY,
      );
    }
    for (let after = 0; ; ) {
      const rows = await db
        .selectFrom('feedback')
        .select(['sequence', 'body'])
        .where('sequence', '>', after)
        .orderBy('sequence')
        .limit(PAGE)
        .execute();
      for (const { body } of rows) note(stepsOf(JSON.parse(body) as Feedback).keys());
      const last = rows.at(-1);
      if (!last) return;
      after = last.sequence;
    }
  }

  /** Each time: another process may have stored a text. Every version counts, as people have read it. */
  async function readExamples(): Promise<void> {
    const texts = await db
      .selectFrom('text')
      .select('body')
      .where('kind', '=', 'instructions')
      .where('body', 'like', '%](%clip:%')
      .execute();
    for (const { body } of texts) note(examplesEpisodes(body));
  }

  async function read(): Promise<void> {
    past ??= readPast();
    await Promise.all([past, readExamples()]);
  }

  return {
    note,
    isNamed,
    read,
    async prune(runId, keep) {
      await read();
      const rows = await db
        .selectFrom('episode')
        .select('id')
        .where('runId', '=', runId)
        .orderBy('startedAt', 'desc')
        .execute();
      const surplus = rows.filter(({ id }) => !isNamed(id)).slice(keep);
      for (const { id } of surplus) {
        if (isNamed(id)) continue; // meanwhile
        await engine.write(db, async (t) => {
          await files.deleteEpisodes([id], t);
          await t.deleteFrom('episode').where('id', '=', id).execute();
        });
      }
      if (surplus.length > 0) await files.tidy();
      return surplus.length;
    },
  };
}
