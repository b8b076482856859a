/** Episodes of a run, a page at a time, as people browse them. */
import { type SelectQueryBuilder, sql } from 'kysely';
import type { EpisodePage, EpisodeRequest, EpisodeSort } from './contract.ts';
import type { Engine } from './engine.ts';
import { fromRow } from './episode-row.ts';
import type { Parts } from './parts.ts';
import type { Tables } from './schema.ts';

/** Sums of an episode are in its summary. */
const IN_SUMMARY: readonly EpisodeSort[] = ['return', 'cost'];

type Query<O> = SelectQueryBuilder<Tables, 'episode', O>;

/** What people call episodes: not the branches that judge takeovers, which older versions marked in their ids. */
function asked<O>(
  query: Query<O>,
  { number }: Engine,
  runId: string,
  { filter }: EpisodeRequest,
): Query<O> {
  const { live, human, success, endReason, startedBy, startedAfter } = filter;
  let found = query
    .where('runId', '=', runId)
    .where('length', '>', 0)
    .where(sql<string>`coalesce(${sql.ref('origin')}, 'experience')`, 'in', [
      'experience',
      'recording',
    ])
    .where('id', 'not like', '%-cf%');
  if (live !== undefined) found = found.where('live', '=', live ? 1 : 0);
  if (human !== undefined) found = found.where('humanSteps', human ? '>' : '=', 0);
  if (success !== undefined)
    found = found.where(
      sql<number>`coalesce(${number('summary', 'success')}, 0)`,
      '=',
      success ? 1 : 0,
    );
  if (endReason !== undefined) found = found.where('endReason', '=', endReason);
  if (startedBy !== undefined) found = found.where('startedAt', '<=', startedBy);
  if (startedAfter !== undefined) found = found.where('startedAt', '>', startedAfter);
  return found;
}

export async function pageEpisodes(
  { db, engine }: Pick<Parts, 'db' | 'engine'>,
  runId: string,
  request: EpisodeRequest,
): Promise<EpisodePage> {
  const { sort, descending, offset, limit } = request;
  const order = descending ? 'desc' : 'asc';
  const by = IN_SUMMARY.includes(sort)
    ? engine.number('summary', sort)
    : sql<number>`${sql.ref(sort)}`;
  const rows = await asked(db.selectFrom('episode').selectAll(), engine, runId, request)
    .orderBy(by, (o) => (descending ? o.desc().nullsLast() : o.asc().nullsFirst()))
    .orderBy('id', order) // so that pages neither repeat nor skip one
    .offset(offset)
    .limit(limit)
    .execute();
  const { n } = await asked(
    db.selectFrom('episode').select((e) => e.fn.countAll<number>().as('n')),
    engine,
    runId,
    request,
  ).executeTakeFirstOrThrow();
  return { rows: rows.map(fromRow), total: Number(n) };
}
