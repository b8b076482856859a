/** The table of who agreed to which text of a study. */
import type { ConsentStorage } from './accounts-contract.ts';
import type { Parts } from './parts.ts';

const ACTION = { consent: 'consent.given', instructions: 'instructions.opened' } as const;

export function createConsents({ db, audit, write }: Parts): ConsentStorage {
  return {
    agree: (consent, kind = 'consent') =>
      write(async (t) => {
        const { teacherId: actor, textHash: objectId } = consent;
        const added = await t
          .insertInto('consent')
          .values(consent)
          .onConflict((c) => c.doNothing())
          .executeTakeFirst();
        if (Number(added.numInsertedOrUpdatedRows ?? 0) === 0) return;
        const nothing = { role: null, before: null, after: null, reason: null };
        await audit.append(t, [
          { action: ACTION[kind], actor, objectType: 'consent', objectId, ...nothing },
        ]);
      }),
    listConsents: () => db.selectFrom('consent').selectAll().orderBy('agreedAt').execute(),
    async hasAgreed(teacherId, textHash) {
      const row = await db
        .selectFrom('consent')
        .select('agreedAt')
        .where('teacherId', '=', teacherId)
        .where('textHash', '=', textHash)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
