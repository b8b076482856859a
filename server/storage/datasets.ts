/** The table of datasets. */
import type { Kysely } from 'kysely';
import type { Datasheet } from '../protocol/index.ts';
import { textHash } from './audit-chain.ts';
import type { DatasetStorage } from './datasets-contract.ts';
import type { Parts } from './parts.ts';
import type { Tables } from './schema.ts';

export function createDatasets({ db, audit, write }: Parts): DatasetStorage {
  return {
    putDataset: ({ sheet, feedback, ...row }) =>
      write(async (t) => {
        const texts = { sheet: JSON.stringify(sheet), feedback: JSON.stringify(feedback) };
        await t
          .insertInto('dataset')
          .values({ ...row, ...texts })
          .execute();
        const nothing = { role: null, before: null, reason: null };
        await audit.append(t, [
          {
            ...{ action: 'dataset.made', actor: row.madeBy, objectType: 'dataset' },
            ...{ objectId: row.id, after: textHash(texts.sheet), ...nothing },
          },
        ]);
      }),
    listDatasets: async (runId) =>
      (
        await db
          .selectFrom('dataset')
          .selectAll()
          .where('runId', '=', runId)
          .orderBy('madeAt')
          .orderBy('id')
          .execute()
      ).map(({ sheet, feedback, ...row }) => ({
        ...row,
        sheet: JSON.parse(sheet) as Datasheet,
        feedback: JSON.parse(feedback) as string[],
      })),
  };
}

/** In whose place the pseudonym stands from now on. @returns how many datasets said it */
export async function renameInDatasets(
  t: Kysely<Tables>,
  subject: string,
  pseudonym: string,
): Promise<number> {
  let changed = 0;
  for (const { id, sheet, madeBy } of await t.selectFrom('dataset').selectAll().execute()) {
    const next = sheet.replaceAll(JSON.stringify(subject), JSON.stringify(pseudonym));
    if (next === sheet && madeBy !== subject) continue;
    changed++;
    const by = madeBy === subject ? pseudonym : madeBy;
    await t.updateTable('dataset').set({ sheet: next, madeBy: by }).where('id', '=', id).execute();
  }
  return changed;
}
