/** Who was given which query, and how that ended. */
import type { Kysely } from 'kysely';
import { assignmentEvent } from './audit-log.ts';
import type { Assignment, Storage } from './contract.ts';
import type { Parts } from './parts.ts';
import type { Tables } from './schema.ts';

type OfStorage = Pick<
  Storage,
  | 'putAssignments'
  | 'assignmentsOf'
  | 'leasedAssignments'
  | 'answeredAssignments'
  | 'assignmentsTo'
  | 'queryAnsweredBy'
  | 'countAssignments'
  | 'openTokens'
>;

export interface Assignments {
  readonly storage: OfStorage;
  /** Within a transaction of something else. */
  put(transaction: Kysely<Tables>, rows: readonly Assignment[]): Promise<void>;
}

export function createAssignments({ db, engine, audit, write }: Parts): Assignments {
  let tokens: Promise<() => number> | undefined;

  async function put(t: Kysely<Tables>, rows: readonly Assignment[]): Promise<void> {
    for (const row of rows) {
      const { token: _, ...state } = row;
      await t
        .insertInto('assignment')
        .values(row)
        .onConflict((c) => c.column('token').doUpdateSet(state))
        .execute();
    }
    await audit.append(t, rows.map(assignmentEvent));
  }

  async function countTokens(): Promise<() => number> {
    const row = await db
      .selectFrom('assignment')
      .select((e) => e.fn.max('token').as('token'))
      .executeTakeFirst();
    let last = await engine.lastToken(Number(row?.token ?? 0));
    return () => ++last;
  }

  const all = () => db.selectFrom('assignment').selectAll().orderBy('token');
  const inState = async (runId: string, state: Assignment['state']) =>
    (await all().where('runId', '=', runId).where('state', '=', state).execute()) as Assignment[];

  return {
    put,
    storage: {
      putAssignments: (rows) => write((t) => put(t, rows)),
      assignmentsOf: async (queryId) =>
        (await all().where('queryId', '=', queryId).execute()) as Assignment[],
      leasedAssignments: (runId) => inState(runId, 'leased'),
      answeredAssignments: (runId) => inState(runId, 'answered'),
      assignmentsTo: async (runId, teacherId) =>
        (await all()
          .where('runId', '=', runId)
          .where('teacherId', '=', teacherId)
          .execute()) as Assignment[],
      async queryAnsweredBy(feedbackId) {
        const row = await db
          .selectFrom('assignment')
          .select('queryId')
          .where('feedbackId', '=', feedbackId)
          .executeTakeFirst();
        return row?.queryId;
      },
      async countAssignments(runId) {
        const counts = { leased: 0, answered: 0, skipped: 0, expired: 0 };
        const rows = await db
          .selectFrom('assignment')
          .select((e) => ['state', e.fn.countAll<number>().as('n')])
          .where('runId', '=', runId)
          .groupBy('state')
          .execute();
        for (const { state, n } of rows) counts[state as Assignment['state']] = Number(n);
        return counts;
      },
      openTokens() {
        tokens ??= countTokens();
        return tokens;
      },
    },
  };
}
