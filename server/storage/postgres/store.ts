/** Which object store a database has: whoever opens it has to reach what its rows name. */
import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../s3/contract.ts';
import type { Db } from './blobs.ts';

/**
 * Notes the store with its first use.
 * @returns the database's name among others in one bucket
 * @throws RangeError where there are objects in another store, or in one and none is given
 */
export async function storeOf(db: Db, store: ObjectStore | undefined): Promise<string> {
  const known = await db.selectFrom('store').selectAll().executeTakeFirst();
  if (known && known.address !== store?.name) await expectNone(db, known.address, store);
  if (!store) return '';
  await db
    .insertInto('store')
    .values({ id: randomUUID().slice(0, 8), address: store.name })
    .onConflict((c) => c.column('single').doUpdateSet({ address: store.name }))
    .execute();
  const { id } = await db.selectFrom('store').select('id').executeTakeFirstOrThrow();
  return id;
}

async function expectNone(db: Db, address: string, store: ObjectStore | undefined): Promise<void> {
  const some = await db.selectFrom('object').select('key').limit(1).executeTakeFirst();
  if (!some) return;
  const given = store ? `is ${store.name}, and` : 'is not given, and';
  throw new RangeError(
    `blobs: ${given} the database keeps its episodes in ${address}: give --blobs ${address} (REINS_BLOBS)`,
  );
}
