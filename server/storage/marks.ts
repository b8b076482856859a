/** What a person has marked in an episode, or kept of it, as the log has it. */
import type { Kysely } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import type { Storage } from './contract.ts';
import type { Tables } from './schema.ts';

type Kind = Feedback['kind'];
type Of<K extends Kind> = Extract<Feedback, { kind: K }>;

export function createMarks(db: Kysely<Tables>): Pick<Storage, 'critiquesOf' | 'keptOf'> {
  /** Of these kinds by one person, without those taken back, oldest first. */
  async function said<K extends Kind>(teacherId: string, kinds: readonly K[]): Promise<Of<K>[]> {
    const rows = await db
      .selectFrom('feedback')
      .select('body')
      .where('teacherId', '=', teacherId)
      .where('kind', 'in', [...kinds, 'retraction'])
      .orderBy('sequence')
      .execute();
    const all = rows.map(({ body }) => JSON.parse(body) as Feedback);
    const taken = new Set(all.map((f) => (f.kind === 'retraction' ? f.feedbackId : undefined)));
    return all.filter((f): f is Of<K> => f.kind !== 'retraction' && !taken.has(f.id));
  }

  return {
    async critiquesOf(episodeId, teacherId) {
      const critiques = await said(teacherId, ['critique']);
      return critiques.filter((f) => f.episodeId === episodeId);
    },
    async keptOf(episodeId, teacherId) {
      const kept = await said(teacherId, ['demonstration', 'correction']);
      return kept.find(
        (f) => (f.kind === 'correction' ? f.corrected : f.segment).episodeId === episodeId,
      );
    },
  };
}
