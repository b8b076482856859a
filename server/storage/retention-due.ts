/** What is older than the rule of its class allows, and what holds it. */
import type { Kysely } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import { isLabel } from '../../agent/feedback.ts';
import type { KeptEpisodes } from './kept-episodes.ts';
import type { Due, RetentionClass, RetentionRule } from './retention-contract.ts';
import { SYNTHETIC } from './runs.ts';
import type { Tables } from './schema.ts';
import { RULES } from './take-out.ts';

type Db = Kysely<Tables>;
type Found = Omit<Due, 'name' | 'heldBy'>;

const DAY = 86_400_000;

/** @param kept read already */
export async function dueOf(
  db: Db,
  kept: Pick<KeptEpisodes, 'isNamed'>,
  rules: readonly RetentionRule[],
  now: number,
): Promise<Due[]> {
  const holds = await db.selectFrom('hold').select(['teacherId']).execute();
  const held = new Set(holds.map(({ teacherId }) => teacherId));
  const due: Due[] = [];
  for (const { name, days, hold } of rules) {
    if (days === null) continue;
    const found = await FIND[name](db, now - days * DAY);
    found.sort((a, b) => a.since - b.since);
    for (const each of found) {
      const { what, id, teacherId } = each;
      const isNamed = what === 'episode' && kept.isNamed(id);
      const why = [
        ...(hold ? [`${name} are held`] : []),
        ...(teacherId !== null && held.has(teacherId) ? [`${teacherId} is held`] : []),
        ...(isNamed ? ['an answer, a comment or a question is about it'] : []),
      ];
      due.push({ name, ...each, heldBy: why.length > 0 ? why.join('; ') : null });
    }
  }
  return due;
}

/** By class: what was there before `cutoff`, ms since epoch. */
const FIND: Readonly<Record<RetentionClass, (db: Db, cutoff: number) => Promise<Found[]>>> = {
  'sign-ins': signIns,
  words,
  episodes,
  answers,
};

async function signIns(db: Db, cutoff: number): Promise<Found[]> {
  const logins = await db.selectFrom('login').selectAll().where('expiresAt', '<', cutoff).execute();
  const invites = await db
    .selectFrom('invite')
    .selectAll()
    .where('expiresAt', '<', cutoff)
    .execute();
  const accounts = await db
    .selectFrom('account')
    .selectAll()
    .where('disabledAt', '<', cutoff)
    .whereRef('name', '<>', 'id')
    .execute();
  return [
    ...logins.map(({ hash: id, accountId: teacherId, expiresAt: since }) => ({
      ...({ what: 'login', id, teacherId, since, isRemembered: false } as const),
    })),
    ...invites.map(({ hash: id, usedBy: teacherId, expiresAt: since }) => ({
      ...({ what: 'invitation', id, teacherId, since, isRemembered: false } as const),
    })),
    ...accounts.map(({ id, disabledAt }) => ({
      ...({
        what: 'account',
        id,
        teacherId: id,
        since: disabledAt ?? 0,
        isRemembered: true,
      } as const),
    })),
  ];
}

async function words(db: Db, cutoff: number): Promise<Found[]> {
  const comments = await db
    .selectFrom('comment')
    .select(['id', 'teacherId', 'at'])
    .where('at', '<', cutoff)
    .where('text', '<>', '')
    .execute();
  const reviews = await db
    .selectFrom('review')
    .select(['id', 'reviewer', 'at'])
    .where('at', '<', cutoff)
    .where('reason', '<>', '')
    .execute();
  const standings = await db
    .selectFrom('standing')
    .selectAll()
    .where('since', '<', cutoff)
    .where('reason', 'not in', [...RULES])
    .execute();
  const said = await ofPeople(db, cutoff)
    .where((e) => e.or([e('body', 'like', '%"reason":%'), e('body', 'like', '%"tag":%')]))
    .execute();
  return [
    ...comments.map(({ id, teacherId, at: since }) => ({
      ...({ what: 'comment', id, teacherId, since, isRemembered: false } as const),
    })),
    ...reviews.map(({ id, reviewer: teacherId, at: since }) => ({
      ...({ what: 'review', id, teacherId, since, isRemembered: true } as const),
    })),
    ...standings.map(({ runId, teacherId, since }) => ({
      ...({
        what: 'pause',
        id: `${runId} ${teacherId}`,
        teacherId,
        since,
        isRemembered: true,
      } as const),
    })),
    ...said.filter(hasWords).map(({ id, teacherId, receivedAt: since }) => ({
      ...({ what: 'words', id, teacherId, since, isRemembered: true } as const),
    })),
  ];
}

/** Of their own: a retraction that a rule made has none. */
function hasWords({ body }: Pick<Tables['feedback'], 'body'>): boolean {
  const { reason, tag } = JSON.parse(body) as { reason?: string; tag?: string };
  return tag !== undefined || (reason !== undefined && !RULES.includes(reason));
}

async function episodes(db: Db, cutoff: number): Promise<Found[]> {
  const rows = await db
    .selectFrom('episode')
    .select(['id', 'startedAt'])
    .where('startedAt', '<', cutoff)
    .execute();
  return rows.map(({ id, startedAt: since }) => ({
    ...({ what: 'episode', id, teacherId: null, since, isRemembered: false } as const),
  }));
}

async function answers(db: Db, cutoff: number): Promise<Found[]> {
  const rows = await ofPeople(db, cutoff).execute();
  return rows
    .filter(({ kind }) => isLabel({ kind } as Feedback))
    .map(({ id, teacherId, receivedAt: since }) => ({
      ...({ what: 'answer', id, teacherId, since, isRemembered: true } as const),
    }));
}

/** What programs said is nobody's. */
function ofPeople(db: Db, cutoff: number) {
  return db
    .selectFrom('feedback')
    .selectAll()
    .where('receivedAt', '<', cutoff)
    .where('teacherId', 'not like', `${SYNTHETIC}%`)
    .orderBy('sequence');
}
