/** Episodes of a run, a page at a time, as people browse them. */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { EpisodePage, EpisodeRequest, EpisodeSort } from './contract.ts';
import { fromRow } from './episode-row.ts';
import type { Tables } from './schema.ts';

/** Sums of an episode are in its summary. */
const inSummary = (name: string) => sql<number>`json_extract(summary, ${`$.${name}`})`;

const BY = {
  startedAt: sql<number>`startedAt`,
  seed: sql<number>`seed`,
  length: sql<number>`length`,
  humanSteps: sql<number>`humanSteps`,
  return: inSummary('return'),
  cost: inSummary('cost'),
} as const satisfies Record<EpisodeSort, unknown>;

type Query<O> = SelectQueryBuilder<Tables, 'episode', O>;

/** What people call episodes: not the branches that judge takeovers, which older versions marked in their ids. */
function asked<O>(query: Query<O>, runId: string, { filter }: EpisodeRequest): Query<O> {
  const { live, human, success, endReason } = filter;
  let found = query
    .where('runId', '=', runId)
    .where('length', '>', 0)
    .where(sql<string>`coalesce(origin, 'experience')`, '=', 'experience')
    .where('id', 'not like', '%-cf%');
  if (live !== undefined) found = found.where('live', '=', live ? 1 : 0);
  if (human !== undefined) found = found.where('humanSteps', human ? '>' : '=', 0);
  if (success !== undefined)
    found = found.where(sql<number>`coalesce(${inSummary('success')}, 0)`, '=', success ? 1 : 0);
  if (endReason !== undefined) found = found.where('endReason', '=', endReason);
  return found;
}

export async function pageEpisodes(
  db: Kysely<Tables>,
  runId: string,
  request: EpisodeRequest,
): Promise<EpisodePage> {
  const { sort, descending, offset, limit } = request;
  const order = descending ? 'desc' : 'asc';
  const rows = await asked(db.selectFrom('episode').selectAll(), runId, request)
    .orderBy(BY[sort], order)
    .orderBy('id', order) // so that pages neither repeat nor skip one
    .offset(offset)
    .limit(limit)
    .execute();
  const { n } = await asked(
    db.selectFrom('episode').select((e) => e.fn.countAll<number>().as('n')),
    runId,
    request,
  ).executeTakeFirstOrThrow();
  return { rows: rows.map(fromRow), total: Number(n) };
}
