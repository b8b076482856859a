/** Erasing people, as tests: every storage passes it. */
import { describe, expect, it } from 'vitest';
import type { Feedback } from '../../agent/contract.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { eachOpened, type Opened } from './each-opened.ts';
import { assignment, RUN, rewardFeedback } from './storage.ts';

export function subjectContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let storage: Storage;
    eachOpened(open, RUN, (opened) => {
      storage = opened;
    });

    it('[SUBJ-3] an erasure takes out one person alone, and what is left says nothing of them', async () => {
      const said = (id: string, teacherId: string): Feedback => ({
        ...rewardFeedback(id),
        teacherId,
      });
      for (const id of ['f1', 'f2']) await storage.appendFeedback(said(id, 'ada'));
      await storage.appendFeedback(said('f3', 'bob'));
      const given = assignment(1, 'q1', 'ada');
      await storage.putAssignments([
        { ...given, state: 'answered', feedbackId: 'f1', endedAt: 5, verdict: 'a' },
        assignment(2, 'q2', 'ada'),
        { ...assignment(3, 'q1', 'bob'), state: 'answered', feedbackId: 'f3', verdict: 'b' },
      ]);
      const erasure = {
        ...{ id: 'x1', subject: 'ada', withAnswers: true, requestedBy: 'o', requestedAt: 1 },
        ...{ approvedBy: null, approvedAt: null, doneAt: null, result: null },
      };
      await storage.putErasure(erasure);
      await expect(storage.erase('x1', 9)).rejects.toThrow(/not one that is approved/);
      expect(await storage.approveErasure('x1', 'p', 2)).toBe(true);
      expect(await storage.approveErasure('x1', 'q', 3)).toBe(false);
      expect(await storage.erase('x1', 9)).toMatchObject({ removed: 2, learnedIn: [] });
      const log = (await storage.readFeedback(RUN.id, 0)).map(({ feedback }) => feedback);
      expect(log.map(({ id, kind }) => [id, kind])).toEqual([
        ['f3', 'reward'],
        ['f1-erased', 'retraction'],
        ['f2-erased', 'retraction'],
      ]);
      expect(JSON.stringify(log)).not.toContain('"ada"');
      // Everybody's assignments still add up, and hers hold no answer.
      expect(await storage.countAssignments(RUN.id)).toEqual({
        ...{ leased: 0, answered: 1, skipped: 0, expired: 2 },
      });
      const [hers] = await storage.assignmentsOf('q1');
      expect(hers).toMatchObject({ state: 'expired', reason: 'erased', verdict: null });
      expect(await storage.knowsSubject('ada')).toBe(false);
      expect(await storage.listErased(RUN.id)).toMatchObject([
        { feedbackId: 'f1', kind: 'reward', erasureId: 'x1', isLearned: false },
        { feedbackId: 'f2' },
      ]);
      expect((await storage.listErasures())[0]).toMatchObject({
        doneAt: 9,
        subject: hers!.teacherId,
      });
      await expect(storage.erase('x1', 10)).rejects.toThrow(/not one that is approved/);
    });

    it('[SUBJ-3] answers that stay keep their place in the log, without a name or a word of their own', async () => {
      const words = { kind: 'retraction', feedbackId: 'f0', reason: 'I, Ada, was wrong' } as const;
      const {
        episodeId: _,
        step: __,
        value: ___,
        ...base
      } = rewardFeedback('f2') as never as {
        episodeId: string;
        step: number;
        value: number;
      };
      await storage.appendFeedback(rewardFeedback('f1'));
      await storage.appendFeedback({ ...base, ...words } as never);
      await storage.appendFeedback({ ...rewardFeedback('f3'), teacherId: 'bob' });
      const before = await storage.readFeedback(RUN.id, 0);
      await storage.putErasure({
        ...{ id: 'x1', subject: 'ada', withAnswers: false, requestedBy: 'o', requestedAt: 1 },
        ...{ approvedBy: 'o', approvedAt: 1, doneAt: null, result: null },
      });
      await storage.erase('x1', 9);
      const after = await storage.readFeedback(RUN.id, 0);
      expect(after.map((f) => f.sequence)).toEqual(before.map((f) => f.sequence));
      expect(after[2]).toEqual(before[2]);
      const { teacherId } = after[0]!.feedback;
      expect(teacherId).toMatch(/^E-[0-9a-f]{16}$/);
      expect(after[0]!.feedback).toEqual({ ...before[0]!.feedback, teacherId });
      expect(after[1]!.feedback).not.toHaveProperty('reason');
      // The log goes on where it was.
      const { sequence } = await storage.appendFeedback(rewardFeedback('f4'));
      expect(sequence).toBeGreaterThan(after[2]!.sequence);
    });

    it('[SUBJ-3] decisions about answers stay, without who decided and what they wrote', async () => {
      await storage.appendFeedback(rewardFeedback('f1'));
      await storage.appendFeedback({ ...rewardFeedback('f2'), teacherId: 'bob' });
      const review = { runId: RUN.id, verdict: 'remove', at: 1 } as const;
      const about = { ...review, id: 'r1', feedbackId: 'f1', reviewer: 'bob', reason: 'Ada slept' };
      const by = { ...review, id: 'r2', feedbackId: 'f2', reviewer: 'ada', reason: 'I saw it' };
      for (const each of [about, by, { ...by, reason: 'a retry' }])
        await storage.putReview(each, []);
      expect(await storage.listReviews(RUN.id)).toEqual([about, by]);
      expect((await storage.readSubject('ada')).reviews).toEqual([about, by]);
      await storage.putErasure({
        ...{ id: 'x1', subject: 'ada', withAnswers: true, requestedBy: 'o', requestedAt: 1 },
        ...{ approvedBy: 'o', approvedAt: 1, doneAt: null, result: null },
      });
      await storage.erase('x1', 9);
      const [first, second] = await storage.listReviews(RUN.id);
      expect(first).toEqual({ ...about, reason: '' });
      expect(second).toMatchObject({
        reviewer: expect.stringMatching(/^E-/),
        reason: '',
        verdict: 'remove',
      });
    });

    it('[SUBJ-4] nothing is erased of somebody who is held', async () => {
      await storage.appendFeedback(rewardFeedback('f1'));
      await storage.putErasure({
        ...{ id: 'x1', subject: 'ada', withAnswers: true, requestedBy: 'o', requestedAt: 1 },
        ...{ approvedBy: 'o', approvedAt: 1, doneAt: null, result: null },
      });
      const hold = { teacherId: 'ada', reason: 'a case', actor: 'o', since: 1 };
      await storage.putHold(hold);
      expect(await storage.listHolds()).toEqual([hold]);
      await expect(storage.erase('x1', 2)).rejects.toThrow(/held/);
      expect(await storage.hasFeedback('f1')).toBe(true);
      expect(await storage.releaseHold('ada', 'o')).toBe(true);
      expect(await storage.releaseHold('ada', 'o')).toBe(false);
      expect(await storage.erase('x1', 3)).toMatchObject({ removed: 1 });
    });
  });
}
