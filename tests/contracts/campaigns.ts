/** Campaigns, as tests: every storage passes it. */
import { describe, expect, it } from 'vitest';
import {
  type CampaignTerms,
  campaignTermsSchema,
  type Datasheet,
} from '../../server/protocol/index.ts';
import { type AuditEvent, textHash } from '../../server/storage/audit-chain.ts';
import type { CampaignRecord } from '../../server/storage/campaigns-contract.ts';
import type { Assignment, Storage, StoredQuery } from '../../server/storage/contract.ts';
import type { DatasetRecord } from '../../server/storage/datasets-contract.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { auditOf, eachOpened, type Opened } from './each-opened.ts';
import { RUN } from './storage.ts';

export const termsOf = (given: Record<string, unknown> = {}): CampaignTerms =>
  campaignTermsSchema.parse({ name: 'Which drives better', ...given });

export const TEXT = {
  body: '# Look',
  hash: textHash('# Look'),
  kind: 'instructions',
  since: 1,
} as const;

export function campaign(id: string, more: Partial<CampaignRecord> = {}): CampaignRecord {
  const made = { id, runId: RUN.id, terms: termsOf(), textHash: TEXT.hash, version: 1 };
  const times = { createdAt: 1, startedAt: null, endedAt: null, endedWhy: null };
  return { ...made, state: 'draft', createdBy: 'grace', ...times, ...more };
}

export const query = (id: string, campaignId?: string): StoredQuery => ({
  ...{ id, runId: RUN.id, kind: 'rate', segments: [{ episodeId: 'e1', from: 0, to: 5 }] },
  ...{ strategy: 'uniform', score: 0, policyVersion: 1, createdAt: 1, expiresAt: 1e15 },
  ...(campaignId === undefined ? {} : { campaignId }),
});

export function campaignContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let storage: Storage;
    eachOpened(open, RUN, (opened) => {
      storage = opened;
    });

    const audited = async () =>
      (await auditOf(storage, 'campaign')).map(({ action, actor, objectId, reason }) => [
        action,
        actor,
        objectId,
        reason,
      ]);

    it('[CAMP-8] clips that instructions show stay, those of earlier versions too', async () => {
      for (const id of ['shown', 'once', 'free'])
        await storage.putEpisode(recordEpisode(id, 6), { live: true });
      const textOf = (body: string) => ({ ...TEXT, body, hash: textHash(body) });
      const once = textOf('Look: ![bad](clip:once@0-5)');
      await storage.createCampaign(campaign('c1', { textHash: once.hash }), once);
      expect(await storage.pruneEpisodes(RUN.id, 1)).toBe(1);
      await storage.putEpisode(recordEpisode('shown', 6), { live: true });
      const now = textOf('Look: ![good](clip:shown@2-6)');
      await storage.changeCampaign('c1', { terms: termsOf(), version: 2 }, now, 'grace');
      await storage.pruneEpisodes(RUN.id, 0);
      const kept = (await storage.listEpisodes(RUN.id, 9)).map(({ id }) => id);
      expect(kept.sort()).toEqual(['once', 'shown']);
    });

    it('[CAMP-1] a campaign is drafted, changed, started once at a time, paused and ended, and each is audited', async () => {
      await storage.createCampaign(campaign('c1'), TEXT);
      await storage.createCampaign(campaign('c2', { createdAt: 2 }), TEXT);
      expect(await storage.listCampaigns(RUN.id)).toEqual([
        campaign('c1'),
        campaign('c2', { createdAt: 2 }),
      ]);
      const clearer = { ...TEXT, body: '# Look twice', hash: textHash('# Look twice') };
      const change = { terms: termsOf({ people: 2 }), version: 2 };
      expect(await storage.changeCampaign('c1', change, clearer, 'ada')).toBe(true);
      expect(await storage.pauseCampaign('c1', 'ada')).toBe(false); // is a draft
      expect(await storage.endCampaign('c1', 'person', 'ada', 4)).toBe(false);
      expect(await storage.startCampaign('c1', 'ada', 5)).toBe(true);
      expect(await storage.startCampaign('c1', 'ada', 6)).toBe(false); // runs
      await expect(storage.startCampaign('c2', 'ada', 6)).rejects.toThrow(/c1 has begun/);
      expect(await storage.pauseCampaign('c1', 'bob')).toBe(true);
      await expect(storage.startCampaign('c2', 'ada', 6)).rejects.toThrow(/c1 has begun/);
      expect(await storage.startCampaign('c1', 'bob', 7)).toBe(true);
      expect(await storage.endCampaign('c1', 'budget', 'server', 9)).toBe(true);
      expect(await storage.endCampaign('c1', 'person', 'ada', 10)).toBe(false);
      expect(await storage.changeCampaign('c1', change, TEXT, 'ada')).toBe(false);
      expect((await storage.listCampaigns(RUN.id))[0]).toEqual(
        campaign('c1', {
          ...{ ...change, textHash: clearer.hash, state: 'ended', endedWhy: 'budget' },
          ...{ startedAt: 5, endedAt: 9 },
        }),
      );
      expect(await storage.deleteCampaign('c1', 'ada')).toBe(false);
      expect(await storage.deleteCampaign('c2', 'ada')).toBe(true);
      expect((await storage.listTexts()).map(({ body }) => body)).toEqual([
        '# Look',
        '# Look twice',
      ]);
      expect(await audited()).toEqual([
        ['campaign.created', 'grace', 'c1', null],
        ['campaign.created', 'grace', 'c2', null],
        ['campaign.changed', 'ada', 'c1', null],
        ['campaign.started', 'ada', 'c1', null],
        ['campaign.paused', 'bob', 'c1', null],
        ['campaign.started', 'bob', 'c1', null],
        ['campaign.ended', 'server', 'c1', 'budget'],
        ['campaign.deleted', 'ada', 'c2', null],
      ]);
    });

    it('[CAMP-2] its questions and what was answered to them are found by it', async () => {
      await storage.createCampaign(campaign('c1'), TEXT);
      await storage.putQueries([query('q1', 'c1'), query('q2', 'c1'), query('q3')]);
      expect((await storage.queriesOf('c1')).sort()).toEqual(['q1', 'q2']);
      for (const [i, queryId] of ['q1', 'q3', 'q2'].entries())
        await answer(storage, `f${i}`, queryId, i);
      const rows = await storage.answersOf('c1');
      expect(rows.map((row) => [row.feedbackId, row.queryId, row.state])).toEqual([
        ['f0', 'q1', 'answered'],
        ['f2', 'q2', 'answered'],
      ]);
      expect(rows[1]).toMatchObject({ teacherId: 'ada', receivedAt: 1002, responseMs: 900 });
      await storage.deleteRun(RUN.id);
      expect(await storage.listCampaigns(RUN.id)).toEqual([]);
      expect(await storage.queriesOf('c1')).toEqual([]);
    });

    it('[CAMP-4] opening instructions is noted once, apart from a consent', async () => {
      const opening = { teacherId: 'ada', textHash: TEXT.hash, agreedAt: 3 };
      expect(await storage.hasAgreed('ada', TEXT.hash)).toBe(false);
      for (let i = 0; i < 2; i++) await storage.agree(opening, 'instructions');
      expect(await storage.hasAgreed('ada', TEXT.hash)).toBe(true);
      const rows = await storage.readAudit(0, 100);
      const events = rows.map(({ body }) => JSON.parse(body) as AuditEvent);
      const noted = events.filter(({ objectId }) => objectId === TEXT.hash);
      expect(noted.map(({ action, actor }) => [action, actor])).toEqual([
        ['instructions.opened', 'ada'],
      ]);
    });

    it('[DATA-1] a dataset is kept as it was made, once a version, and audited by its hash', async () => {
      const set = dataset('d1', 1);
      await storage.putDataset(set);
      await expect(storage.putDataset(dataset('d2', 1))).rejects.toThrow();
      await storage.putDataset({ ...dataset('d2', 2), madeAt: 8 });
      expect(await storage.listDatasets(RUN.id)).toEqual([set, { ...dataset('d2', 2), madeAt: 8 }]);
      const rows = await storage.readAudit(0, 1000);
      const events = rows.map(({ body }) => JSON.parse(body) as AuditEvent);
      const made = events.filter(({ action }) => action === 'dataset.made');
      expect(made.map(({ actor, objectId, after }) => [actor, objectId, after])).toEqual([
        ['grace', 'd1', textHash(JSON.stringify(set.sheet))],
        ['grace', 'd2', textHash(JSON.stringify(dataset('d2', 2).sheet))],
      ]);
      await storage.deleteRun(RUN.id);
      expect(await storage.listDatasets(RUN.id)).toEqual([]);
    });

    it('[SUBJ-3] of who is erased no campaign and no dataset says the name', async () => {
      await storage.createCampaign(campaign('c1', { createdBy: 'ada' }), TEXT);
      expect((await storage.readSubject('ada')).campaigns).toEqual([{ id: 'c1', runId: RUN.id }]);
      const asked = { id: 'x1', subject: 'ada', withAnswers: false, requestedBy: 'o' };
      const times = { requestedAt: 1, approvedBy: 'o', approvedAt: 1, doneAt: null };
      await storage.putErasure({ ...asked, ...times, result: null });
      await storage.putDataset({ ...dataset('d1', 1), madeBy: 'ada' });
      await storage.erase('x1', 5);
      const { createdBy } = (await storage.listCampaigns(RUN.id))[0]!;
      expect(createdBy).toMatch(/^E-/);
      const { madeBy, sheet } = (await storage.listDatasets(RUN.id))[0]!;
      const [ada, bob] = dataset('d1', 1).sheet.people;
      expect([madeBy, sheet.people]).toEqual([createdBy, [{ ...ada, teacherId: createdBy }, bob]]);
    });
  });
}

const who = (teacherId: string) => ({
  ...{ teacherId, answers: 1, known: { n: 0, right: 0 }, accuracy: null },
});

function dataset(id: string, version: number): DatasetRecord {
  const { environmentId, preset, seed, configHash } = RUN;
  const { terms, textHash: text, version: words } = campaign('c1');
  const leftOut = { skipped: 0, retracted: 0, paused: 0, rejected: 0, known: 0, late: 0 };
  const sheet: Datasheet = {
    ...{ format: 'reins-dataset-1', run: { id: RUN.id, environmentId, preset, seed, configHash } },
    campaign: { id: 'c1', terms, textHash: text, version: words, startedAt: 1, endedAt: null },
    ...{ parent: null, answers: 2, questions: 1, shared: 1, disputed: 0, alpha: null },
    ...{ interval: null, people: [who('ada'), who('bob')], leftOut, hours: 0, spend: null },
    hash: textHash(id),
  };
  const made = { id, runId: RUN.id, campaignId: 'c1', version, sheet, feedback: ['f1', 'f2'] };
  return { ...made, madeBy: 'grace', madeAt: 7 };
}

export async function answer(
  storage: Storage,
  id: string,
  queryId: string,
  i: number,
): Promise<void> {
  const times = { shownAt: 1000, answeredAt: 1000, receivedAt: 1000 + i, responseMs: 900 };
  const who = { id, runId: RUN.id, teacherId: 'ada', queryId };
  const segment = { episodeId: 'e1', from: 0, to: 5 };
  const row: Assignment = {
    ...{ token: 1 + i, runId: RUN.id, queryId, teacherId: 'ada', state: 'answered', reason: null },
    ...{ leasedAt: 1, expiresAt: 9e9, endedAt: 1000 + i, feedbackId: id, verdict: '3/5' },
  };
  await storage.appendFeedback({ ...who, ...times, kind: 'rating', segment, score: 3, scale: 5 }, [
    row,
  ]);
}
