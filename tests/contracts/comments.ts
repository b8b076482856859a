/** Comments on stretches of episodes, as tests: every storage passes it. */
import { describe, expect, it } from 'vitest';
import { textHash } from '../../server/storage/audit-chain.ts';
import type { Comment } from '../../server/storage/comments-contract.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { auditOf, eachOpened, type Opened } from './each-opened.ts';
import { RUN } from './storage.ts';

export const comment = (id: string, teacherId: string, at: number): Comment => ({
  ...{ id, runId: RUN.id, episodeId: 'e1', from: 4, to: 9, replyTo: null, teacherId },
  ...{ text: `words of ${teacherId}`, at, resolvedBy: null, resolvedAt: null },
});

export function commentContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let storage: Storage;
    eachOpened(open, RUN, (opened) => {
      storage = opened;
    });

    const audited = async () =>
      (await auditOf(storage, 'comment')).map(({ action, actor, objectId, after }) => [
        action,
        actor,
        objectId,
        after,
      ]);

    it('[COMM-1] comments are kept once in their order, settled and opened again, and audited by id and hash', async () => {
      const first = comment('c1', 'ada', 1);
      const reply = { ...comment('c2', 'bob', 2), replyTo: 'c1' };
      for (const each of [first, reply, first]) await storage.putComment(each);
      expect(await storage.commentsOn('e1')).toEqual([first, reply]);
      expect(await storage.commentsOn('e2')).toEqual([]);
      expect(await storage.resolveComment('c2', true, 'bob', 3)).toBe(false); // a reply
      expect(await storage.resolveComment('c1', false, 'bob', 3)).toBe(false); // is open
      expect(await storage.resolveComment('c1', true, 'bob', 3)).toBe(true);
      expect(await storage.resolveComment('c1', true, 'ada', 4)).toBe(false);
      expect(await storage.findComment('c1')).toMatchObject({ resolvedBy: 'bob', resolvedAt: 3 });
      expect(await storage.resolveComment('c1', false, 'ada', 5)).toBe(true);
      expect(await storage.listComments(RUN.id)).toEqual([first, reply]);
      expect(await audited()).toEqual([
        ['comment.given', 'ada', 'c1', textHash('words of ada')],
        ['comment.given', 'bob', 'c2', textHash('words of bob')],
        ['comment.resolved', 'bob', 'c1', null],
        ['comment.reopened', 'ada', 'c1', null],
      ]);
    });

    it('[COMM-2] an episode stays as long as its comments, and a training does not go back behind them', async () => {
      for (const id of ['e1', 'e2', 'e3'])
        await storage.putEpisode(
          { ...recordEpisode(id, 4), startedAt: Number(id[1]) },
          { live: true },
        );
      await storage.putComment(comment('c1', 'ada', 9));
      expect(await storage.pruneEpisodes(RUN.id, 1)).toBe(1);
      const kept = (await storage.listEpisodes(RUN.id, 9)).map(({ id }) => id);
      expect(kept.sort()).toEqual(['e1', 'e3']);
      await expect(
        storage.rewindRun(RUN.id, { feedbackSequence: 0, time: 8, environmentSteps: 0 }),
      ).rejects.toThrow(/1 comments of people/);
      await storage.deleteRun(RUN.id);
      expect(await storage.listComments(RUN.id)).toEqual([]);
    });

    it('[SUBJ-3] of who is erased no word is left, and others’ threads stay whole', async () => {
      await storage.putComment(comment('c1', 'ada', 1));
      await storage.putComment({ ...comment('c2', 'bob', 2), replyTo: 'c1' });
      await storage.resolveComment('c1', true, 'ada', 3);
      expect((await storage.readSubject('ada')).comments).toHaveLength(1);
      const asked = { id: 'x1', subject: 'ada', withAnswers: false, requestedBy: 'o' };
      const times = { requestedAt: 1, approvedBy: 'o', approvedAt: 1, doneAt: null };
      await storage.putErasure({ ...asked, ...times, result: null });
      await storage.erase('x1', 5);
      const [first, reply] = await storage.commentsOn('e1');
      expect(first).toMatchObject({ id: 'c1', text: '', teacherId: first!.resolvedBy });
      expect(first!.teacherId).toMatch(/^E-/);
      expect(reply).toMatchObject({ teacherId: 'bob', text: 'words of bob' });
      expect(await storage.knowsSubject('ada')).toBe(false);
    });
  });
}
