/** The table of how far each webhook's target has heard. */
import type { DeliveryStorage } from './deliveries-contract.ts';
import type { Parts } from './parts.ts';

export function createDeliveries({ db, audit }: Parts): DeliveryStorage {
  return {
    async beginDelivery(target) {
      const { seq } = await audit.head();
      await db
        .insertInto('delivery')
        .values({ target, sequence: seq })
        .onConflict((c) => c.doNothing())
        .execute();
      const { sequence } = await db
        .selectFrom('delivery')
        .select('sequence')
        .where('target', '=', target)
        .executeTakeFirstOrThrow();
      return Number(sequence);
    },
    async putDelivered(target, sequence) {
      await db.updateTable('delivery').set({ sequence }).where('target', '=', target).execute();
    },
  };
}
