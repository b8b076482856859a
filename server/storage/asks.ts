/** The table of what live simulations asked of people. */
import type { AskRecord, AskStorage } from './asks-contract.ts';
import { textHash } from './audit-chain.ts';
import type { Parts } from './parts.ts';

export function createAsks({ db, audit, write }: Parts): AskStorage {
  return {
    putAsk: (ask) =>
      write(async (t) => {
        const { id, outcome, endedAt } = ask;
        const conditions = JSON.stringify(ask.conditions);
        const added = await t
          .insertInto('ask')
          .values({ ...ask, conditions })
          .onConflict((c) => c.column('id').doNothing())
          .executeTakeFirst();
        if (Number(added.numInsertedOrUpdatedRows ?? 0) > 0) {
          const nothing = { role: null, before: null };
          await audit.append(t, [
            {
              ...{ action: 'ask.raised', actor: 'server', objectType: 'ask', objectId: id },
              ...{ reason: ask.kind, after: textHash(conditions), ...nothing },
            },
          ]);
        } else if (outcome !== null)
          await t
            .updateTable('ask')
            .set({ outcome, endedAt })
            .where('id', '=', id)
            .where('outcome', 'is', null)
            .execute();
      }),
    async asksOn(episodeId) {
      const rows = await db
        .selectFrom('ask')
        .selectAll()
        .where('episodeId', '=', episodeId)
        .orderBy('step')
        .orderBy('at')
        .execute();
      return rows.map(({ conditions, kind, fallback, outcome, ...row }) => ({
        ...row,
        kind: kind as AskRecord['kind'],
        fallback: fallback as AskRecord['fallback'],
        conditions: JSON.parse(conditions) as AskRecord['conditions'],
        outcome: outcome as AskRecord['outcome'],
      }));
    },
  };
}
