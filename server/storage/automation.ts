/** The tables of looks at models, and of what certified ones answered; the models' bytes are files. */
import type { Kysely, Selectable } from 'kysely';
import { type AuditEvent, bytesHash, textHash } from './audit-chain.ts';
import {
  type Audit,
  type AutomaticAnswer,
  type AutomationStorage,
  certifiedOf,
  type Look,
  type WithdrawalReason,
} from './automation-contract.ts';
import type { KeptEpisodes } from './kept-episodes.ts';
import { packModel, parseModel } from './model-file.ts';
import type { Parts } from './parts.ts';
import { queryRow } from './query-row.ts';
import type { Tables } from './schema.ts';

type Db = Kysely<Tables>;

/** @param keep these episodes stay */
export function createAutomation(
  { db, audit, files, write }: Parts,
  keep: KeptEpisodes['note'],
): AutomationStorage {
  async function withdraw(t: Db, id: string, why: WithdrawalReason, at: number): Promise<boolean> {
    const { numUpdatedRows } = await t
      .updateTable('look')
      .set({ withdrawnAt: at, withdrawnWhy: why })
      .where('id', '=', id)
      .where('certificate', 'is not', null)
      .where('withdrawnAt', 'is', null)
      .executeTakeFirst();
    if (Number(numUpdatedRows) === 0) return false;
    await audit.append(t, [event('automation.withdrawn', id, why)]);
    return true;
  }

  return {
    async putLook({ certificate, ...look }, model) {
      const bytes = model && packModel(model);
      if (bytes) await files.putModel(look.id, bytes);
      const given = certificate && bytes && { ...certificate, hash: bytesHash(bytes) };
      await write(async (t) => {
        const former = certifiedOf(await list(t, look.runId));
        if (given && former) await withdraw(t, former.id, 'replaced', look.at);
        const row = { ...look, certificate: given && JSON.stringify(given) };
        await t
          .insertInto('look')
          .values({ ...row, withdrawnAt: null, withdrawnWhy: null })
          .execute();
        const action = given ? 'automation.certified' : 'automation.refused';
        const after = given ? given.hash : null;
        await audit.append(t, [{ ...event(action, look.id), after }]);
      });
    },
    listLooks: (runId) => list(db, runId),
    async readCertified(lookId) {
      const row = await db
        .selectFrom('look')
        .selectAll()
        .where('id', '=', lookId)
        .executeTakeFirst();
      const certificate = row && lookOf(row).certificate;
      const bytes = certificate && (await files.readModel(lookId));
      if (!certificate || !bytes) return undefined;
      if (bytesHash(bytes) !== certificate.hash)
        throw new RangeError(`model: the bytes of ${lookId} are not those that were certified`);
      return parseModel(bytes);
    },
    withdrawCertificate: (lookId, why, at) => write((t) => withdraw(t, lookId, why, at)),
    putAutomatic(answer, query) {
      if (!answer.isAudit) keep(query.segments.map(({ episodeId }) => episodeId));
      return write(async (t) => {
        await t
          .insertInto('query')
          .values(queryRow(query))
          .onConflict((c) => c.column('id').doNothing())
          .execute();
        const row = { ...answer, isAudit: answer.isAudit ? 1 : 0 };
        await t.insertInto('automatic').values(row).execute();
        const action = answer.isAudit ? 'automation.audited' : 'automation.answered';
        const after = textHash(JSON.stringify(answer));
        await audit.append(t, [{ ...event(action, answer.queryId), after }]);
      });
    },
    async auditsOf(lookId) {
      const rows = await db
        .selectFrom('automatic')
        .leftJoin('assignment', (join) =>
          join
            .onRef('assignment.queryId', '=', 'automatic.queryId')
            .on('assignment.state', '=', 'answered')
            .on('assignment.verdict', 'in', ['a', 'b']),
        )
        .selectAll('automatic')
        .select('assignment.verdict')
        .where('lookId', '=', lookId)
        .where('isAudit', '=', 1)
        .orderBy('automatic.at')
        .orderBy('automatic.queryId')
        .orderBy('assignment.endedAt')
        .execute();
      const audits = new Map<string, Audit>();
      for (const { verdict, ...row } of rows)
        if (!audits.has(row.queryId))
          audits.set(row.queryId, { ...answerOf(row), verdict: verdict as Audit['verdict'] });
      return [...audits.values()];
    },
    async listAutomatic(runId) {
      const rows = await db
        .selectFrom('automatic')
        .selectAll()
        .where('runId', '=', runId)
        .orderBy('at')
        .orderBy('queryId')
        .execute();
      return rows.map(answerOf);
    },
    async countAutomatic(lookId) {
      const { n } = await db
        .selectFrom('automatic')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('lookId', '=', lookId)
        .where('isAudit', '=', 0)
        .executeTakeFirstOrThrow();
      return Number(n);
    },
  };
}

async function list(t: Db, runId: string): Promise<Look[]> {
  const rows = await t
    .selectFrom('look')
    .selectAll()
    .where('runId', '=', runId)
    .orderBy('at')
    .orderBy('heldOut')
    .execute();
  return rows.map(lookOf);
}

function lookOf({ certificate, withdrawnWhy, ...row }: Selectable<Tables['look']>): Look {
  return {
    ...row,
    certificate: certificate === null ? null : JSON.parse(certificate),
    withdrawnWhy: withdrawnWhy as WithdrawalReason | null,
  };
}

function answerOf({ choice, isAudit, ...row }: Selectable<Tables['automatic']>): AutomaticAnswer {
  return { ...row, choice: choice as 'a' | 'b', isAudit: isAudit === 1 };
}

function event(
  action: Extract<AuditEvent['action'], `automation.${string}`>,
  objectId: string,
  reason: string | null = null,
): AuditEvent {
  const isQuery = action === 'automation.answered' || action === 'automation.audited';
  const objectType = isQuery ? 'query' : 'model';
  const nothing = { role: null, before: null, after: null };
  return { action, actor: 'server', objectType, objectId, reason, ...nothing };
}
