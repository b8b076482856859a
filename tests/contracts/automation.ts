/** Looks at models and what certified ones answer, as tests: every storage passes it. */
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../server/storage/audit-chain.ts';
import { certifiedOf } from '../../server/storage/automation-contract.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { eachOpened, type Opened } from './each-opened.ts';
import { keptModel } from './models.ts';
import { assignment, RUN } from './storage.ts';

export function automationContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let storage: Storage;
    eachOpened(open, RUN, (opened) => {
      storage = opened;
    });

    const look = (id: string, at: number, isGood: boolean) =>
      storage.putLook(
        {
          ...{ id, runId: RUN.id, at, heldOut: 100 * at, target: 0.95, rewardVersion: at },
          certificate: isGood
            ? { hash: '', threshold: 0.9, labels: 90, right: 89, lower: 0.95 }
            : null,
        },
        isGood ? keptModel(at) : null,
      );
    const answer = (queryId: string, at: number, isAudit: boolean, episodeId = 'e1') =>
      storage.putAutomatic(
        { ...{ queryId, runId: RUN.id, lookId: 'l1', choice: 'a' }, confidence: 0.97, isAudit, at },
        {
          ...{ id: queryId, runId: RUN.id, kind: 'compare', strategy: 'uniform', score: 0 },
          ...{ policyVersion: 1, createdAt: 1, expiresAt: 2 },
          segments: [0, 2].map((from) => ({ episodeId, from, to: from + 2 })),
        },
      );
    const said = (token: number, queryId: string, teacherId: string, verdict: string) =>
      storage.putAssignments([
        {
          ...{ ...assignment(token, queryId, teacherId), state: 'answered', endedAt: token },
          ...{ feedbackId: `f${token}`, verdict },
        },
      ]);
    const audited = async () => {
      const rows = await storage.readAudit(0, 1000);
      const events = rows.map(({ body }) => JSON.parse(body) as AuditEvent);
      return events
        .filter(({ action }) => action.startsWith('automation.'))
        .map(({ action, objectId, reason }) => [action, objectId, reason]);
    };

    it('[AUTO-3] a certified model is kept with its hash, replaces the one before it, and is withdrawn once', async () => {
      await look('l0', 1, false);
      expect(certifiedOf(await storage.listLooks(RUN.id))).toBeUndefined();
      await look('l1', 2, true);
      await look('l2', 3, true);
      const looks = await storage.listLooks(RUN.id);
      expect(looks.map(({ id, withdrawnWhy }) => [id, withdrawnWhy])).toEqual([
        ['l0', null],
        ['l1', 'replaced'],
        ['l2', null],
      ]);
      expect(certifiedOf(looks)).toMatchObject({ id: 'l2', certificate: { threshold: 0.9 } });
      expect(await storage.readCertified('l2')).toEqual(keptModel(3));
      expect(await storage.readCertified('l0')).toBeUndefined();
      expect(await storage.withdrawCertificate('l2', 'audit', 9)).toBe(true);
      expect(await storage.withdrawCertificate('l2', 'audit', 9)).toBe(false);
      expect(certifiedOf(await storage.listLooks(RUN.id))).toBeUndefined();
      expect(await audited()).toEqual([
        ['automation.refused', 'l0', null],
        ['automation.certified', 'l1', null],
        ['automation.withdrawn', 'l1', 'replaced'],
        ['automation.certified', 'l2', null],
        ['automation.withdrawn', 'l2', 'audit'],
      ]);
    });

    it('[AUTO-4] what a model answers is no feedback and nobody’s; an audit is judged by the first who says which', async () => {
      await look('l1', 1, true);
      await answer('q1', 1, false);
      for (const [i, id] of ['q2', 'q3', 'q4', 'q5'].entries()) await answer(id, 2 + i, true);
      await said(1, 'q2', 'ada', 'b');
      await said(2, 'q2', 'bob', 'a');
      await said(3, 'q3', 'ada', 'equal');
      await said(4, 'q4', 'ada', 'a');
      expect(
        (await storage.auditsOf('l1')).map(({ queryId, verdict }) => [queryId, verdict]),
      ).toEqual([
        ['q2', 'b'],
        ['q3', null],
        ['q4', 'a'],
        ['q5', null],
      ]);
      // Taken back, or of somebody who is paused: it is as if nobody had answered.
      await storage.putAssignments([
        {
          ...assignment(4, 'q4', 'ada'),
          state: 'expired',
          reason: 'paused',
          feedbackId: 'f4',
          verdict: 'a',
        },
      ]);
      expect((await storage.auditsOf('l1'))[2]!.verdict).toBeNull();
      expect(await storage.countAutomatic('l1')).toBe(1);
      expect((await storage.listAutomatic(RUN.id)).map((a) => [a.queryId, a.isAudit])).toEqual([
        ['q1', false],
        ...['q2', 'q3', 'q4', 'q5'].map((id) => [id, true]),
      ]);
      expect(await storage.countFeedback(RUN.id)).toBe(0);
      expect((await storage.answeredAssignments(RUN.id)).map((a) => a.teacherId)).not.toContain(
        'model',
      );
      expect((await audited()).slice(1, 3)).toEqual([
        ['automation.answered', 'q1', null],
        ['automation.audited', 'q2', null],
      ]);
    });

    it('[AUTO-4] the clips of an answer that stands are kept, and all goes with the run', async () => {
      for (const id of ['e1', 'e2'])
        await storage.putEpisode(recordEpisode(id, 4), { live: false });
      await look('l1', 1, true);
      await answer('q1', 1, false, 'e1');
      await answer('q2', 2, true, 'e2');
      expect(await storage.pruneEpisodes(RUN.id, 0)).toBe(1);
      expect(await storage.getEpisode('e1')).toBeDefined();
      await storage.deleteRun(RUN.id);
      expect(await storage.listAutomatic(RUN.id)).toEqual([]);
      expect(await storage.listLooks(RUN.id)).toEqual([]);
      expect(await storage.readCertified('l1')).toBeUndefined();
    });
  });
}
