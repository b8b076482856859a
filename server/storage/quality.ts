/** The tables of probes, gold and of who is paused. */
import type { Assignments } from './assignments.ts';
import type { AuditEvent } from './audit-chain.ts';
import type { KeptEpisodes } from './kept-episodes.ts';
import type { Parts } from './parts.ts';
import type { Gold, ProbeResult, QualityStorage } from './quality-contract.ts';
import { queryRow } from './query-row.ts';

export function createQuality(
  { db, audit, write }: Parts,
  putAssignments: Assignments['put'],
  keep: KeptEpisodes['note'],
): QualityStorage {
  const keepClips = ({ better, worse }: Gold) => keep([better.episodeId, worse.episodeId]);

  return {
    async putProbe(probe, query) {
      keep(
        query.segments.map(({ episodeId }) => episodeId),
        query.expiresAt,
      );
      await write(async (t) => {
        await t.insertInto('query').values(queryRow(query)).execute();
        await t.insertInto('probe').values(probe).execute();
      });
    },
    listProbes: (runId) => db.selectFrom('probe').selectAll().where('runId', '=', runId).execute(),
    async probeResults(runId) {
      const rows = await db
        .selectFrom('probe')
        .innerJoin('assignment', 'assignment.queryId', 'probe.queryId')
        .selectAll('probe')
        .select(['assignment.verdict', 'assignment.endedAt'])
        .where('probe.runId', '=', runId)
        .where('assignment.verdict', 'is not', null)
        .where((e) =>
          e.or([
            e('assignment.state', '=', 'answered'),
            e.and([e('assignment.state', '=', 'expired'), e('assignment.reason', '=', 'paused')]),
          ]),
        )
        .orderBy('assignment.endedAt')
        .execute();
      return rows as ProbeResult[];
    },
    putGold(gold, actor) {
      keepClips(gold);
      return write(async (t) => {
        await t.insertInto('gold').values(toRow(gold)).execute();
        if (actor !== undefined)
          await audit.append(t, [event('gold.agreed', actor, 'gold', gold.id)]);
      });
    },
    async listGold(runId) {
      const rows = await db
        .selectFrom('gold')
        .selectAll()
        .where('runId', '=', runId)
        .orderBy('createdAt')
        .execute();
      const list = rows.map(({ body, ...row }) => ({ ...row, ...JSON.parse(body) }) as Gold);
      for (const gold of list) if (gold.retiredAt === null) keepClips(gold);
      return list;
    },
    retireGold: (id, retiredAt, retiredWhy, actor) =>
      write(async (t) => {
        const { numUpdatedRows } = await t
          .updateTable('gold')
          .set({ retiredAt, retiredWhy })
          .where('id', '=', id)
          .where('retiredAt', 'is', null)
          .executeTakeFirst();
        if (Number(numUpdatedRows) === 0) return false;
        await audit.append(t, [event('gold.retired', actor, 'gold', id)]);
        return true;
      }),
    listStandings: (runId) =>
      db.selectFrom('standing').selectAll().where('runId', '=', runId).execute(),
    putStanding: (standing, assignments) =>
      write(async (t) => {
        const { runId: _, teacherId, ...rest } = standing;
        await t
          .insertInto('standing')
          .values(standing)
          .onConflict((c) => c.columns(['runId', 'teacherId']).doUpdateSet(rest))
          .execute();
        const action = standing.state === 'paused' ? 'person.paused' : 'person.resumed';
        await audit.append(t, [event(action, standing.actor, 'account', teacherId)]);
        await putAssignments(t, assignments);
      }),
  };
}

function toRow({ better, worse, why, ...row }: Gold) {
  return { ...row, body: JSON.stringify({ better, worse, why }) };
}

/** Why somebody is paused may be a person's own words: they are not for the log. */
function event(
  action: 'person.paused' | 'person.resumed' | 'gold.agreed' | 'gold.retired',
  actor: string,
  objectType: AuditEvent['objectType'],
  objectId: string,
): AuditEvent {
  const nothing = { role: null, before: null, after: null, reason: null };
  return { action, actor, objectType, objectId, ...nothing };
}
