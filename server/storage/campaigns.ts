/** The table of campaigns. */
import type { Kysely, Selectable } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import type { CampaignEnd, CampaignState, CampaignTerms } from '../protocol/index.ts';
import { type AuditEvent, textHash } from './audit-chain.ts';
import type { CampaignAnswer, CampaignRecord, CampaignStorage } from './campaigns-contract.ts';
import type { Parts } from './parts.ts';
import type { Tables } from './schema.ts';
import type { StudyText } from './subjects-contract.ts';

export function createCampaigns(parts: Parts): CampaignStorage {
  return { ...createDrafts(parts), ...createMoves(parts), ...createReading(parts) };
}

type Drafts = Pick<CampaignStorage, 'createCampaign' | 'changeCampaign' | 'deleteCampaign'>;

function createDrafts({ audit, write }: Parts): Drafts {
  return {
    createCampaign: (campaign, text) =>
      write(async (t) => {
        await putText(t, text);
        await t.insertInto('campaign').values(toRow(campaign)).execute();
        const { id, createdBy } = campaign;
        await audit.append(t, [
          { ...event('campaign.created', createdBy, id), after: hashOf(campaign) },
        ]);
      }),
    changeCampaign: (id, { terms, version }, text, actor) =>
      write(async (t) => {
        const row = await t
          .selectFrom('campaign')
          .selectAll()
          .where('id', '=', id)
          .where('state', '<>', 'ended')
          .executeTakeFirst();
        if (!row) return false;
        await putText(t, text);
        const next = { ...fromRow(row), terms, version, textHash: text.hash };
        await t.updateTable('campaign').set(toRow(next)).where('id', '=', id).execute();
        const hashes = { before: hashOf(fromRow(row)), after: hashOf(next) };
        await audit.append(t, [{ ...event('campaign.changed', actor, id), ...hashes }]);
        return true;
      }),
    deleteCampaign: (id, actor) =>
      write(async (t) => {
        const { numDeletedRows } = await t
          .deleteFrom('campaign')
          .where('id', '=', id)
          .where('state', '=', 'draft')
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) return false;
        await audit.append(t, [event('campaign.deleted', actor, id)]);
        return true;
      }),
  };
}

type Moves = Pick<CampaignStorage, 'startCampaign' | 'pauseCampaign' | 'endCampaign'>;

function createMoves({ audit, write }: Parts): Moves {
  /** @returns whether it was in one of these states */
  async function move(
    t: Kysely<Tables>,
    id: string,
    from: readonly CampaignState[],
    to: Partial<Tables['campaign']>,
    told: AuditEvent,
  ): Promise<boolean> {
    const { numUpdatedRows } = await t
      .updateTable('campaign')
      .set(to)
      .where('id', '=', id)
      .where('state', 'in', from)
      .executeTakeFirst();
    if (Number(numUpdatedRows) === 0) return false;
    await audit.append(t, [told]);
    return true;
  }

  return {
    startCampaign: (id, actor, at) =>
      write(async (t) => {
        const row = await t
          .selectFrom('campaign')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst();
        if (!row) return false;
        await expectAlone(t, row);
        const to = { state: 'running', startedAt: row.startedAt ?? at };
        return move(t, id, ['draft', 'paused'], to, event('campaign.started', actor, id));
      }),
    pauseCampaign: (id, actor) =>
      write((t) =>
        move(t, id, ['running'], { state: 'paused' }, event('campaign.paused', actor, id)),
      ),
    endCampaign: (id, endedWhy, actor, endedAt) =>
      write((t) => {
        const told = { ...event('campaign.ended', actor, id), reason: endedWhy };
        return move(t, id, ['running', 'paused'], { state: 'ended', endedWhy, endedAt }, told);
      }),
  };
}

/** @throws RangeError */
async function expectAlone(
  t: Kysely<Tables>,
  { id, runId }: Pick<CampaignRecord, 'id' | 'runId'>,
): Promise<void> {
  const other = await t
    .selectFrom('campaign')
    .select('id')
    .where('runId', '=', runId)
    .where('id', '<>', id)
    .where('state', 'in', ['running', 'paused'])
    .executeTakeFirst();
  if (other)
    throw new RangeError(
      `campaign: ${other.id} has begun and not ended; end it before ${id} starts, people are asked in one at a time`,
    );
}

type Reading = Pick<CampaignStorage, 'listCampaigns' | 'queriesOf' | 'tallyOf' | 'answersOf'>;

function createReading({ db }: Parts): Reading {
  return {
    listCampaigns: async (runId) =>
      (
        await db
          .selectFrom('campaign')
          .selectAll()
          .where('runId', '=', runId)
          .orderBy('createdAt')
          .orderBy('id')
          .execute()
      ).map(fromRow),
    queriesOf: async (campaignId) =>
      (
        await db.selectFrom('query').select('id').where('campaignId', '=', campaignId).execute()
      ).map(({ id }) => id),
    async tallyOf(campaignId) {
      const rows = await db
        .selectFrom('query')
        .innerJoin('assignment', 'assignment.queryId', 'query.id')
        .select(['assignment.teacherId', 'assignment.state'])
        .select((e) => e.fn.countAll().as('n'))
        .where('query.campaignId', '=', campaignId)
        .where('assignment.state', 'in', ['answered', 'leased'])
        .groupBy(['assignment.teacherId', 'assignment.state'])
        .execute();
      const of = (id: string, state: string) =>
        Number(rows.find((row) => row.teacherId === id && row.state === state)?.n ?? 0);
      return [...new Set(rows.map(({ teacherId }) => teacherId))].map((teacherId) => ({
        teacherId,
        answered: of(teacherId, 'answered'),
        leased: of(teacherId, 'leased'),
      }));
    },
    async answersOf(campaignId) {
      const rows = await db
        .selectFrom('query')
        .innerJoin('assignment', 'assignment.queryId', 'query.id')
        .innerJoin('feedback', 'feedback.id', 'assignment.feedbackId')
        .select(['assignment.queryId', 'assignment.teacherId', 'assignment.state'])
        .select(['assignment.reason', 'assignment.leasedAt', 'assignment.endedAt'])
        .select(['assignment.verdict', 'feedback.id as feedbackId'])
        .select(['feedback.receivedAt', 'feedback.body'])
        .where('query.campaignId', '=', campaignId)
        .orderBy('feedback.sequence')
        .execute();
      return rows.map(({ body, ...row }) => {
        const { responseMs } = JSON.parse(body) as Feedback;
        return { ...row, responseMs } as CampaignAnswer;
      });
    },
  };
}

/** A second time changes nothing. */
async function putText(t: Kysely<Tables>, text: StudyText): Promise<void> {
  await t
    .insertInto('text')
    .values(text)
    .onConflict((c) => c.doNothing())
    .execute();
}

function toRow({ terms, ...row }: CampaignRecord): Tables['campaign'] {
  return { ...row, terms: JSON.stringify(terms) };
}

function fromRow({ terms, ...row }: Selectable<Tables['campaign']>): CampaignRecord {
  return {
    ...row,
    // Of before there were these terms.
    terms: { source: 'all', most: null, ...JSON.parse(terms) } as CampaignTerms,
    state: row.state as CampaignState,
    endedWhy: row.endedWhy as CampaignEnd | null,
  };
}

/** Of terms and instructions. */
const hashOf = ({ terms, textHash: hash }: Pick<CampaignRecord, 'terms' | 'textHash'>): string =>
  textHash(JSON.stringify({ terms, hash }));

function event(
  action: Extract<AuditEvent['action'], `campaign.${string}`>,
  actor: string,
  objectId: string,
): AuditEvent {
  const nothing = { role: null, before: null, after: null, reason: null };
  return { action, actor, objectType: 'campaign', objectId, ...nothing };
}
