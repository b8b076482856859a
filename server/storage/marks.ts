/** What a person has marked in an episode, as the log has it. */
import type { Kysely } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import type { Storage } from './contract.ts';
import type { Tables } from './schema.ts';

export function createMarks(db: Kysely<Tables>): Pick<Storage, 'critiquesOf'> {
  return {
    async critiquesOf(episodeId, teacherId) {
      const rows = await db
        .selectFrom('feedback')
        .select('body')
        .where('teacherId', '=', teacherId)
        .where('kind', 'in', ['critique', 'retraction'])
        .orderBy('sequence')
        .execute();
      const all = rows.map(({ body }) => JSON.parse(body) as Feedback);
      const taken = new Set(all.map((f) => (f.kind === 'retraction' ? f.feedbackId : undefined)));
      return all.flatMap((f) =>
        f.kind === 'critique' && f.episodeId === episodeId && !taken.has(f.id) ? [f] : [],
      );
    },
  };
}
