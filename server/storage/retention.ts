/** Which stored episodes may go: the oldest that no feedback, no comment and no open question names. */
import type { Kysely } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import { stepsOf } from '../../agent/feedback.ts';
import type { Files } from './files.ts';
import type { Tables } from './schema.ts';

/** Log entries read at once when it is first asked, so that other work comes in between. */
const PAGE = 2000;

export interface Retention {
  /** These episodes stay, for good or until `until` (ms since epoch). */
  note(episodeIds: Iterable<string>, until?: number): void;
  prune(runId: string, keep: number): Promise<number>;
}

export function createRetention(
  db: Kysely<Tables>,
  files: Pick<Files, 'deleteEpisodes'>,
): Retention {
  /** Until when, ms since epoch. */
  const named = new Map<string, number>();
  let past: Promise<void> | undefined;

  function note(episodeIds: Iterable<string>, until = Number.POSITIVE_INFINITY): void {
    for (const id of episodeIds) named.set(id, Math.max(until, named.get(id) ?? 0));
  }

  const isNamed = (id: string) => (named.get(id) ?? 0) > Date.now();

  /** Everything that the log and comments named before this process. */
  async function readPast(): Promise<void> {
    const commented = await db.selectFrom('comment').select('episodeId').distinct().execute();
    note(commented.map(({ episodeId }) => episodeId));
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

  return {
    note,
    async prune(runId, keep) {
      past ??= readPast();
      await past;
      const rows = await db
        .selectFrom('episode')
        .select('id')
        .where('runId', '=', runId)
        .orderBy('startedAt', 'desc')
        .execute();
      const surplus = rows.filter(({ id }) => !isNamed(id)).slice(keep);
      for (const { id } of surplus) {
        if (isNamed(id)) continue; // meanwhile
        await files.deleteEpisodes([id]);
        await db.deleteFrom('episode').where('id', '=', id).execute();
      }
      return surplus.length;
    },
  };
}
