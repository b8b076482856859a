/** The storage contract as tests: every implementation passes it. */
import { describe, expect, it } from 'vitest';
import type { Feedback, Query } from '../../agent/contract.ts';
import type { AuditEvent } from '../../server/storage/audit-chain.ts';
import type { Assignment, EpisodeRequest, Run, Storage } from '../../server/storage/contract.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { eachOpened, type Opened } from './each-opened.ts';

export const RUN: Run = {
  id: 'run-1',
  environmentId: 'point-world',
  preset: 'reins',
  seed: 1,
  configHash: 'abc',
  createdAt: 1,
};

export function rewardFeedback(id: string, step = 1): Feedback {
  return {
    id,
    runId: RUN.id,
    teacherId: 'ada',
    shownAt: 1,
    answeredAt: 2,
    receivedAt: 3,
    responseMs: 1,
    kind: 'reward',
    episodeId: 'e1',
    step,
    value: 0.5,
  };
}

export function assignment(token: number, queryId: string, teacherId: string): Assignment {
  return {
    token,
    runId: RUN.id,
    queryId,
    teacherId,
    state: 'leased',
    reason: null,
    leasedAt: 1,
    expiresAt: 2,
    endedAt: null,
    feedbackId: null,
    verdict: null,
  };
}

export function storageContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let storage: Storage;
    eachOpened(open, RUN, (opened) => {
      storage = opened;
    });

    it('[UI-48] an agreement is of one person to one text, and counts once', async () => {
      const consent = { teacherId: 'ada', textHash: 'abc', agreedAt: 1 };
      await storage.agree(consent);
      await storage.agree({ ...consent, agreedAt: 2 });
      expect(await storage.hasAgreed('ada', 'abc')).toBe(true);
      expect(await storage.hasAgreed('bob', 'abc')).toBe(false);
      expect(await storage.hasAgreed('ada', 'def')).toBe(false);
      const bodies = (await storage.readAudit(0, 100)).map(({ body }) => JSON.parse(body));
      expect(bodies.filter(({ action }) => action === 'consent.given')).toHaveLength(1);
    });

    it('[API-7] a target of webhooks that is new has all that there is, and its place is kept', async () => {
      await storage.appendFeedback(rewardFeedback('f1'));
      expect(await storage.beginDelivery('one')).toBe(2);
      await storage.appendFeedback(rewardFeedback('f2'));
      expect(await storage.beginDelivery('one')).toBe(2);
      await storage.putDelivered('one', 3);
      await storage.appendFeedback(rewardFeedback('f3'));
      expect([await storage.beginDelivery('one'), await storage.beginDelivery('two')]).toEqual([
        3, 4,
      ]);
    });

    it('[STORE-1] appends feedback in order; the same id again changes nothing', async () => {
      const first = await storage.appendFeedback(rewardFeedback('f1', 1));
      const second = await storage.appendFeedback(rewardFeedback('f2', 2));
      expect(second.sequence).toBeGreaterThan(first.sequence);
      const again = await storage.appendFeedback(rewardFeedback('f1', 99));
      expect(again).toEqual({ sequence: first.sequence, duplicate: true });
      const all = await storage.readFeedback(RUN.id, 0);
      expect(all.map((f) => f.feedback)).toEqual([
        rewardFeedback('f1', 1),
        rewardFeedback('f2', 2),
      ]);
      expect(await storage.readFeedback(RUN.id, first.sequence)).toEqual([all[1]]);
      expect(await storage.hasFeedback('f2')).toBe(true);
      expect(await storage.hasFeedback('f3')).toBe(false);
    });

    it('[STORE-23] goes back to a moment, but never behind what a person said', async () => {
      const episode = (id: string, startedAt: number) => ({ ...recordEpisode(id, 4), startedAt });
      const told = (id: string, teacherId: string) => ({ ...rewardFeedback(id), teacherId });
      const asked = (id: string, createdAt: number): Query => ({
        id,
        runId: RUN.id,
        kind: 'rate',
        segments: [{ episodeId: 'e1', from: 0, to: 4 }],
        strategy: 'test',
        score: 0,
        policyVersion: 1,
        createdAt,
        expiresAt: 1e6,
      });
      const point = (environmentSteps: number) =>
        storage.appendMetrics(RUN.id, { time: 0, environmentSteps, learnerUpdates: 0, values: {} });
      await storage.putEpisode(episode('e1', 100), { live: false });
      await storage.putQueries([asked('q1', 100)]);
      await point(10);
      const { sequence } = await storage.appendFeedback(told('f1', 'synthetic-scalar'));
      await storage.putEpisode(episode('e2', 101), { live: false });
      await storage.putQueries([asked('q2', 101)]);
      await point(11);
      await storage.appendFeedback(told('f2', 'synthetic-scalar'));
      const moment = { feedbackSequence: sequence, time: 100, environmentSteps: 10 };
      await storage.rewindRun(RUN.id, moment);
      expect((await storage.listEpisodes(RUN.id, 9)).map((row) => row.id)).toEqual(['e1']);
      expect(await storage.getEpisode('e2')).toBeUndefined();
      expect(await storage.getQuery('q1')).toBeDefined();
      expect(await storage.getQuery('q2')).toBeUndefined();
      expect((await storage.readMetrics(RUN.id, 0, 9)).map((p) => p.environmentSteps)).toEqual([
        10,
      ]);
      const ids = async () => (await storage.readFeedback(RUN.id, 0)).map((f) => f.feedback.id);
      expect(await ids()).toEqual(['f1']);
      const last = (await storage.readAudit(0, 1000)).at(-1)!;
      expect(JSON.parse(last.body)).toMatchObject({ action: 'run.rewound', objectId: RUN.id });
      // The same ids may come again; what a person says may not go.
      await storage.appendFeedback(told('f2', 'synthetic-scalar'));
      await storage.appendFeedback(told('f3', 'ada'));
      await storage.putEpisode(episode('e3', 200), { live: false });
      await expect(storage.rewindRun(RUN.id, moment)).rejects.toThrow(
        /run-1 has 1 answers of people/,
      );
      expect(await ids()).toEqual(['f1', 'f2', 'f3']);
      expect(await storage.getEpisode('e3')).toBeDefined();
    });

    it('[STORE-25] keeps figures that are not finite as they are', async () => {
      const summary = { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY };
      const episode = { ...(await recordEpisode('odd', 2)), runId: RUN.id, summary };
      await storage.putEpisode(episode, { live: false });
      expect((await storage.getEpisode('odd'))?.summary).toEqual(summary);
      expect((await storage.findEpisode('odd'))?.summary).toEqual(summary);
    });

    it('[STORE-23] keeps the state of a training beside a checkpoint until one comes without', async () => {
      const checkpoint = { meta: { a: 1 }, arrays: { w: Float32Array.of(1, 2) } };
      const training = Buffer.from([1, 2, 3]);
      await storage.putCheckpoint(RUN.id, {
        checkpoint,
        feedbackSequence: 0,
        savedAt: 1,
        training,
      });
      const found = await storage.getCheckpoint(RUN.id);
      expect(found).toEqual({
        checkpoint,
        feedbackSequence: 0,
        savedAt: 1,
        training: Uint8Array.of(1, 2, 3),
      });
      await storage.putCheckpoint(RUN.id, { checkpoint, feedbackSequence: 0, savedAt: 2 });
      expect((await storage.getCheckpoint(RUN.id))?.training).toBeUndefined();
    });

    it('[STORE-24] pages of episodes are filtered, sorted, and repeat or skip none', async () => {
      for (let i = 1; i <= 9; i++) {
        const episode = recordEpisode(`e${i}`, 4);
        await storage.putEpisode(
          {
            ...episode,
            startedAt: i,
            endReason: i % 3 === 0 ? 'crash' : 'arrived',
            sources: new Uint8Array(4).fill(i > 6 ? 1 : 0),
            summary: { return: (i * 5) % 9, cost: 1, success: i % 2 },
          },
          { live: i % 2 === 0 },
        );
      }
      const branch = { ...recordEpisode('branch', 4), origin: 'counterfactual' as const };
      await storage.putEpisode(branch, { live: false });
      await storage.putEpisode(recordEpisode('e1-cf3', 4), { live: false }); // of an older version
      const page = async (
        filter: EpisodeRequest['filter'] = {},
        more: Partial<EpisodeRequest> = {},
      ) => {
        const all = { sort: 'startedAt', descending: false, offset: 0, limit: 100 } as const;
        const { rows, total } = await storage.pageEpisodes(RUN.id, { ...all, ...more, filter });
        return { ids: rows.map((r) => r.id).join(' '), total };
      };
      const everything = 'e1 e2 e3 e4 e5 e6 e7 e8 e9';
      expect(await page()).toEqual({ ids: everything, total: 9 });
      expect(await page({ live: true })).toEqual({ ids: 'e2 e4 e6 e8', total: 4 });
      expect(await page({ human: true })).toEqual({ ids: 'e7 e8 e9', total: 3 });
      expect(await page({ success: false })).toEqual({ ids: 'e2 e4 e6 e8', total: 4 });
      expect(await page({ endReason: 'crash', human: false })).toEqual({ ids: 'e3 e6', total: 2 });
      expect((await page({ startedBy: 3 })).ids).toBe('e1 e2 e3');
      expect((await page({ startedAfter: 3, startedBy: 5 })).ids).toBe('e4 e5');
      const byReturn = { sort: 'return', descending: true } as const;
      expect((await page({}, byReturn)).ids).toBe('e7 e5 e3 e1 e8 e6 e4 e2 e9');
      // All cost the same: the order of pages is still one order.
      const costs = { sort: 'cost', limit: 4 } as const;
      const pages = [0, 4, 8].map(async (offset) => (await page({}, { ...costs, offset })).ids);
      expect((await Promise.all(pages)).join(' ')).toBe(everything);
      expect((await page({}, { ...costs, offset: 8 })).total).toBe(9);
      const [row] = (
        await storage.pageEpisodes(RUN.id, {
          sort: 'startedAt',
          descending: true,
          offset: 0,
          limit: 1,
          filter: {},
        })
      ).rows;
      expect(row).toMatchObject({ id: 'e9', endReason: 'crash', live: false, humanSteps: 4 });
    });

    it('[STORE-9] forgets the oldest episodes, never those that feedback or an open question names', async () => {
      for (let i = 1; i <= 7; i++) {
        const episode = { ...recordEpisode(`e${i}`, 4), startedAt: i };
        await storage.putEpisode(episode, { live: i % 2 === 0 });
      }
      await storage.appendFeedback(rewardFeedback('f1')); // about e1
      const about = (id: string, episodeId: string, expiresAt: number): Query => ({
        id,
        runId: RUN.id,
        kind: 'compare',
        segments: [{ episodeId, from: 0, to: 4 }],
        strategy: 'test',
        score: 0,
        policyVersion: 1,
        createdAt: 1,
        expiresAt,
      });
      const open = about('q2', 'e2', Date.now() + 60_000);
      await storage.putQueries([open, about('q3', 'e3', Date.now() - 1)]);
      expect(await storage.getQuery('q2')).toEqual(open);
      expect(await storage.pruneEpisodes(RUN.id, 2)).toBe(3);
      const left = (await storage.listEpisodes(RUN.id, 10)).map((e) => e.id);
      expect(left).toEqual(['e7', 'e6', 'e2', 'e1']);
      expect(await storage.getEpisode('e3')).toBeUndefined();
      expect((await storage.getEpisode('e1'))!.length).toBe(4);
      expect(await storage.pruneEpisodes('another-run', 0)).toBe(0);
      expect(await storage.pruneEpisodes(RUN.id, 2)).toBe(0);
    });

    it('[STORE-2] returns episodes exactly, the newest state of each', async () => {
      const half = recordEpisode('e1', 5);
      await storage.putEpisode(half, { live: true });
      const whole = recordEpisode('e1', 12);
      await storage.putEpisode(whole, { live: true });
      expect(await storage.getEpisode('e1')).toEqual(whole);
      expect(await storage.findEpisode('e1')).toMatchObject({ length: 12, live: true });
      expect((await storage.listEpisodes(RUN.id, 10)).map((e) => e.id)).toEqual(['e1']);
      expect(await storage.getEpisode('unknown')).toBeUndefined();
    });

    it('[STORE-3] keeps the newest checkpoint, written in order', async () => {
      const checkpoint = (n: number) => ({
        checkpoint: {
          meta: { n },
          arrays: { w: Float32Array.of(n, -n, 0.5), empty: new Float32Array(0) },
        },
        feedbackSequence: n,
        savedAt: n,
      });
      await Promise.all([1, 2, 3].map((n) => storage.putCheckpoint(RUN.id, checkpoint(n))));
      expect(await storage.getCheckpoint(RUN.id)).toEqual(checkpoint(3));
      expect(await storage.getCheckpoint('another')).toBeUndefined();
    });

    it('[STORE-4] thins the metrics history evenly and keeps the newest', async () => {
      for (let i = 0; i < 25; i++) {
        const values = { 'episode/return': i };
        const point = { time: i, environmentSteps: i, learnerUpdates: i, values };
        await storage.appendMetrics(RUN.id, point);
      }
      const times = (await storage.readMetrics(RUN.id, 5, 10)).map((p) => p.time);
      expect(times).toEqual([6, 8, 10, 12, 14, 16, 18, 20, 22, 24]);
    });

    it('[RUNS-7] assignments of all runs bear numbers of their own, larger than all before', async () => {
      await storage.putAssignments([assignment(7, 'q1', 'ada')]);
      const [ofOne, ofOther] = [await storage.openTokens(), await storage.openTokens()];
      const given = [ofOne(), ofOther(), ofOne()];
      expect(new Set([7, ...given]).size).toBe(4);
      expect([7, ...given].toSorted((a, b) => a - b)).toEqual([7, ...given]);
    });

    it('[PEOPLE-6] an answer and what it changes in the assignments are written together or not at all', async () => {
      const given = assignment(1, 'q1', 'ada');
      await storage.putAssignments([given, assignment(2, 'q2', 'bob')]);
      const answered = { ...given, state: 'answered', feedbackId: 'f1', endedAt: 9 } as const;
      await storage.appendFeedback(rewardFeedback('f1'), [answered]);
      expect(await storage.assignmentsOf('q1')).toEqual([answered]);
      expect(await storage.leasedAssignments(RUN.id)).toEqual([assignment(2, 'q2', 'bob')]);
      expect(await storage.answeredAssignments(RUN.id)).toEqual([answered]);
      expect(await storage.queryAnsweredBy('f1')).toBe('q1');
      const counts = { leased: 1, answered: 1, skipped: 0, expired: 0 };
      expect(await storage.countAssignments(RUN.id)).toEqual(counts);
      // Nobody holds a query twice: the answer that came with it is not in the log either.
      const twice = assignment(3, 'q2', 'bob');
      await expect(storage.appendFeedback(rewardFeedback('f2'), [twice])).rejects.toThrow();
      expect(await storage.hasFeedback('f2')).toBe(false);
      // The same answer again changes nothing, whatever comes with it.
      await storage.appendFeedback(rewardFeedback('f1'), [assignment(4, 'q3', 'ada')]);
      expect(await storage.countAssignments(RUN.id)).toEqual(counts);
    });

    it('[API-8] tells which alerts were raised and not cleared, in the order in which they were raised', async () => {
      const alert = (action: 'alert.raised' | 'alert.cleared', objectId: string): AuditEvent => ({
        ...{ action, actor: 'server', role: null, objectType: 'alert', objectId },
        ...{ before: null, after: null, reason: 'corrupt-file' },
      });
      const raised = ['a', 'b', 'c'].map((id) => alert('alert.raised', id));
      await storage.appendAudit([...raised, alert('alert.cleared', 'b')]);
      await storage.appendFeedback(rewardFeedback('alert.raised'));
      expect((await storage.openAlerts()).map((e) => [e.objectId, e.reason])).toEqual([
        ['a', 'corrupt-file'],
        ['c', 'corrupt-file'],
      ]);
      await storage.appendAudit([alert('alert.cleared', 'a'), alert('alert.raised', 'a')]);
      expect((await storage.openAlerts()).map((e) => e.objectId)).toEqual(['c', 'a']);
    });

    it('[STORE-5] finds the newest run', async () => {
      await storage.createRun({ ...RUN, id: 'run-2', createdAt: 2 });
      expect((await storage.latestRun())?.id).toBe('run-2');
      expect((await storage.listRuns()).map((r) => r.id)).toEqual(['run-2', 'run-1']);
    });
  });
}
