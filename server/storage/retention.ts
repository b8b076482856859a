/** Rules of how long what is kept, and the sweep that carries them out: all of it in one transaction, or nothing. */
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type AuditEvent, textHash } from './audit-chain.ts';
import { assignmentEvent } from './audit-log.ts';
import type { Assignment } from './contract.ts';
import type { KeptEpisodes } from './kept-episodes.ts';
import type { Parts } from './parts.ts';
import {
  type Due,
  MOST_DAYS,
  RETENTION_CLASSES,
  type RetentionClass,
  type RetentionRule,
  type RetentionStorage,
  type Sweep,
} from './retention-contract.ts';
import { dueOf } from './retention-due.ts';
import type { Tables } from './schema.ts';
import { leaveTrace, putBack, type Row, withoutAnswer, withoutWords } from './take-out.ts';

type Db = Kysely<Tables>;

export function createRetention(parts: Parts, kept: KeptEpisodes): RetentionStorage {
  const { db, engine, audit } = parts;
  return {
    listRetention: () => rulesOf(db),
    ...createRules(parts),
    async listDue(now) {
      await kept.read();
      return dueOf(db, kept, await rulesOf(db), now);
    },
    async sweep(now, actor, beside) {
      await kept.read();
      const isToGo = (each: Due) => each.heldBy === null && !(beside && each.isRemembered);
      if (!(await dueOf(db, kept, await rulesOf(db), now)).some(isToGo)) return undefined;
      const work = async (t: Db) => {
        const all = await dueOf(t, kept, await rulesOf(t), now);
        const due = all.filter(isToGo);
        if (due.length === 0) return undefined;
        if (!beside) await engine.expectAlone(t);
        const id = `sweep-${randomUUID().slice(0, 8)}`;
        const events = await remove(parts, t, { id, at: now, due, isNamed: kept.isNamed });
        const removed: Sweep['removed'] = {};
        for (const { name } of due) removed[name] = (removed[name] ?? 0) + 1;
        const held = all.filter((each) => each.heldBy !== null).length;
        const row = { id, at: now, actor, removed: JSON.stringify(removed), held };
        await t.insertInto('sweep').values(row).execute();
        const what = textHash(JSON.stringify(due.map((each) => [each.what, each.id])));
        const swept = event('retention.swept', actor, id, null, what);
        await audit.append(t, [...events, swept]);
        return { id, at: now, actor, removed, held };
      };
      const swept = await engine.forget(db, work, !beside);
      await parts.files.tidy();
      return swept;
    },
    async listSweeps(limit) {
      const rows = await db
        .selectFrom('sweep')
        .selectAll()
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, removed: JSON.parse(row.removed) as Sweep['removed'] }));
    },
  };
}

async function rulesOf(db: Db): Promise<RetentionRule[]> {
  const rows = await db.selectFrom('retention').selectAll().execute();
  return RETENTION_CLASSES.map((name) => {
    const row = rows.find((each) => each.name === name);
    const { days = null, heldSince = null, heldBy = '', heldWhy = '' } = row ?? {};
    const hold =
      heldSince === null ? null : { reason: heldWhy ?? '', actor: heldBy ?? '', since: heldSince };
    return { name, days, hold };
  });
}

function createRules({
  audit,
  write,
}: Parts): Pick<RetentionStorage, 'limitRetention' | 'holdRetention'> {
  const put = (t: Db, name: RetentionClass, change: Partial<Omit<Tables['retention'], 'name'>>) =>
    t
      .insertInto('retention')
      .values({ name, days: null, heldSince: null, heldBy: null, heldWhy: null, ...change })
      .onConflict((c) => c.column('name').doUpdateSet(change))
      .execute();
  return {
    async limitRetention(name, days, actor) {
      if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= MOST_DAYS))
        throw new RangeError(`days: is ${days}, allowed whole days of 1 to ${MOST_DAYS}`);
      await write(async (t) => {
        await put(t, name, { days });
        const words = days === null ? 'no limit' : `${days} days`;
        await audit.append(t, [event('retention.changed', actor, name, words)]);
      });
    },
    holdRetention: (name, hold, actor) =>
      write(async (t) => {
        const { since = null, reason = null } = hold ?? {};
        await put(t, name, { heldSince: since, heldBy: hold && actor, heldWhy: reason });
        const action = hold ? 'retention.held' : 'retention.released';
        await audit.append(t, [event(action, actor, name)]);
      }),
  };
}

interface Removing {
  readonly id: string;
  readonly at: number;
  readonly due: readonly Due[];
  readonly isNamed: KeptEpisodes['isNamed'];
}

/** @returns what else it changes */
async function remove(
  parts: Parts,
  t: Db,
  { id: because, at, due, isNamed }: Removing,
): Promise<AuditEvent[]> {
  for (const each of due) {
    const { id } = each;
    switch (each.what) {
      case 'login':
        await t.deleteFrom('login').where('hash', '=', id).execute();
        break;
      case 'invitation':
        await t.deleteFrom('invite').where('hash', '=', id).execute();
        break;
      case 'account':
        await t.deleteFrom('login').where('accountId', '=', id).execute();
        await t
          .updateTable('account')
          .set({ name: id, password: null, identity: null, rule: null })
          .where('id', '=', id)
          .execute();
        break;
      case 'comment':
        await t.updateTable('comment').set({ text: '' }).where('id', '=', id).execute();
        break;
      case 'review':
        await t.updateTable('review').set({ reason: '' }).where('id', '=', id).execute();
        break;
      case 'pause':
        await forgetReason(t, id);
        break;
      case 'episode':
        if (isNamed(id)) break; // meanwhile
        await parts.files.deleteEpisodes([id], t);
        await t.deleteFrom('episode').where('id', '=', id).execute();
        break;
      case 'words':
      case 'answer':
        break; // all of the log at once
    }
  }
  return takeOut(parts, t, { because, at, due });
}

async function forgetReason(t: Db, id: string): Promise<void> {
  const at = id.indexOf(' ');
  await t
    .updateTable('standing')
    .set({ reason: 'erased' })
    .where('runId', '=', id.slice(0, at))
    .where('teacherId', '=', id.slice(at + 1))
    .execute();
}

/**
 * Answers, or their words alone. All are deleted before anything takes their place: what is written in between may
 * move others to where nothing overwrites them.
 */
async function takeOut(
  { engine, files }: Parts,
  t: Db,
  { because, at, due }: Pick<Removing, 'at' | 'due'> & { readonly because: string },
): Promise<AuditEvent[]> {
  const idsOf = (what: Due['what']) => due.flatMap((each) => (each.what === what ? [each.id] : []));
  const answers = new Set(idsOf('answer'));
  const rows = await deleted(t, [...new Set([...answers, ...idsOf('words')])]);
  const events: AuditEvent[] = [];
  const reached = new Map<string, number>();
  for (const row of rows) {
    if (!answers.has(row.id)) {
      await putBack(t, engine, withoutWords(row));
      continue;
    }
    const { runId } = row;
    if (!reached.has(runId))
      reached.set(runId, (await files.getCheckpoint(runId))?.feedbackSequence ?? 0);
    await leaveTrace({ t, at, because, reached: reached.get(runId) ?? 0, events }, row);
    events.push(...(await endAssignments(t, row.id)));
  }
  return events;
}

/** Ids in one statement. */
const CHUNK = 500;

/** From the log, in its order. */
async function deleted(t: Db, ids: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < ids.length; from += CHUNK) {
    const some = ids.slice(from, from + CHUNK);
    rows.push(...(await t.selectFrom('feedback').selectAll().where('id', 'in', some).execute()));
    await t.deleteFrom('feedback').where('id', 'in', some).execute();
  }
  return rows.sort((a, b) => a.sequence - b.sequence);
}

async function endAssignments(t: Db, feedbackId: string): Promise<AuditEvent[]> {
  const given = (await t
    .selectFrom('assignment')
    .selectAll()
    .where('feedbackId', '=', feedbackId)
    .execute()) as Assignment[];
  const ended = given.map(withoutAnswer);
  for (const { token, ...state } of ended)
    await t.updateTable('assignment').set(state).where('token', '=', token).execute();
  return ended.map(assignmentEvent);
}

function event(
  action: Extract<AuditEvent['action'], `retention.${string}`>,
  actor: string,
  objectId: string,
  reason: string | null = null,
  after: string | null = null,
): AuditEvent {
  return {
    action,
    actor,
    objectType: 'retention',
    objectId,
    reason,
    after,
    role: null,
    before: null,
  };
}
