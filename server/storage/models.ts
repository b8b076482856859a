/** The table of proposed and promoted models; their bytes are files. */
import type { Kysely, Selectable } from 'kysely';
import { type AuditEvent, bytesHash } from './audit-chain.ts';
import { packModel, parseModel } from './model-file.ts';
import { type ModelRecord, type ModelStorage, promotedOf } from './models-contract.ts';
import type { Parts } from './parts.ts';
import type { Tables } from './schema.ts';

export function createModels({ db, audit, files, write }: Parts): ModelStorage {
  return {
    async putModel(about, model) {
      const bytes = packModel(model);
      const record: ModelRecord = {
        ...{ ...about, hash: bytesHash(bytes) },
        ...{ policyVersion: model.policy.version, rewardVersion: model.reward.version },
        ...{ approvedBy: null, approvedAt: null, rolledBackBy: null, rolledBackAt: null },
      };
      const { id, hash, gate, figures, proposedBy } = record;
      await files.putModel(id, bytes);
      await write(async (t) => {
        const texts = { gate: JSON.stringify(gate), figures: JSON.stringify(figures) };
        await t
          .insertInto('model')
          .values({ ...record, ...texts })
          .execute();
        const reason = gate.passes ? 'passes' : 'fails';
        await audit.append(t, [
          { ...event('model.proposed', proposedBy, id), after: hash, reason },
        ]);
      });
      return record;
    },
    listModels: (runId) => list(db, runId),
    async readModel(id) {
      const row = await find(db, id);
      const bytes = row && (await files.readModel(id));
      if (!row || !bytes) return undefined;
      if (bytesHash(bytes) !== row.hash)
        throw new RangeError(
          `model: the bytes of ${id} are not those that were proposed; put a copy of them back, or roll it back`,
        );
      return parseModel(bytes);
    },
    approveModel: (id, approvedBy, approvedAt) =>
      write(async (t) => {
        const model = await find(t, id);
        if (!model || model.approvedBy !== null) return false;
        const promoted = promotedOf(await list(t, model.runId));
        const { against } = model.gate;
        if ((against?.model ?? null) !== (promoted?.id ?? null))
          throw new RangeError(
            `model: ${id} was judged against ${against?.model ?? 'none'}, and ${promoted?.id ?? 'none'} is promoted now; propose again`,
          );
        const hashes = { before: promoted?.hash ?? null, after: model.hash };
        await t.updateTable('model').set({ approvedBy, approvedAt }).where('id', '=', id).execute();
        await audit.append(t, [{ ...event('model.promoted', approvedBy, id), ...hashes }]);
        return true;
      }),
    async withdrawModel(id, actor) {
      const isWithdrawn = await write(async (t) => {
        const { numDeletedRows } = await t
          .deleteFrom('model')
          .where('id', '=', id)
          .where('approvedBy', 'is', null)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) return false;
        await audit.append(t, [event('model.withdrawn', actor, id)]);
        return true;
      });
      if (isWithdrawn) await files.deleteModels([id]);
      return isWithdrawn;
    },
    rollBackModel: (id, rolledBackBy, rolledBackAt) =>
      write(async (t) => {
        const model = await find(t, id);
        if (!model || promotedOf(await list(t, model.runId))?.id !== id) return false;
        await t
          .updateTable('model')
          .set({ rolledBackBy, rolledBackAt })
          .where('id', '=', id)
          .execute();
        const after = promotedOf(await list(t, model.runId))?.hash ?? null;
        const hashes = { before: model.hash, after };
        await audit.append(t, [{ ...event('model.rolled-back', rolledBackBy, id), ...hashes }]);
        return true;
      }),
  };
}

async function list(t: Kysely<Tables>, runId: string): Promise<ModelRecord[]> {
  const rows = await t
    .selectFrom('model')
    .selectAll()
    .where('runId', '=', runId)
    .orderBy('proposedAt')
    .orderBy('id')
    .execute();
  return rows.map(recordOf);
}

async function find(t: Kysely<Tables>, id: string): Promise<ModelRecord | undefined> {
  const row = await t.selectFrom('model').selectAll().where('id', '=', id).executeTakeFirst();
  return row && recordOf(row);
}

function recordOf({ gate, figures, ...row }: Selectable<Tables['model']>): ModelRecord {
  return { ...row, gate: JSON.parse(gate), figures: JSON.parse(figures) };
}

function event(
  action: Extract<AuditEvent['action'], `model.${string}`>,
  actor: string,
  objectId: string,
): AuditEvent {
  const nothing = { role: null, before: null, after: null, reason: null };
  return { action, actor, objectType: 'model', objectId, ...nothing };
}
