/** Retention, as tests: every storage passes it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Feedback } from '../../agent/contract.ts';
import type { AuditEvent } from '../../server/storage/audit-chain.ts';
import { verifyRows } from '../../server/storage/audit-verify.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { RETENTION_CLASSES } from '../../server/storage/retention-contract.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { comment } from './comments.ts';
import type { Opened } from './each-opened.ts';
import { assignment, RUN, rewardFeedback } from './storage.ts';

const DAY = 86_400_000;
const [OLD, NEW, NOW] = [5 * DAY, 60 * DAY, 70 * DAY];

const said = (id: string, teacherId: string, receivedAt: number): Feedback =>
  ({ ...rewardFeedback(id), teacherId, receivedAt, reason: `words of ${id}` }) as Feedback;

/** Of every class one that is 65 days old and one of 10 days; the newer ones have an id with 2. */
async function fill(storage: Storage): Promise<void> {
  const account = { role: 'annotator', password: 'x', rule: 'annotator=a=b', createdAt: 1 };
  for (const [n, at] of [
    [1, OLD],
    [2, NEW],
  ] as const) {
    const id = `P-${n}`;
    const named = { id, name: `Ada ${n}`, identity: `hash ${n}`, disabledAt: null };
    await storage.createAccount({ ...account, ...named }, 'o');
    await storage.changeAccount(id, { disabledAt: at }, 'o');
    await storage.createLogin({ hash: `l${n}`, accountId: id, createdAt: 1, expiresAt: at });
    const invite = { hash: `i${n}`, role: 'annotator', createdAt: 1, expiresAt: at, usedBy: null };
    await storage.createInvite(invite, 'o');
    for (const kind of ['named', 'free', 'commented'])
      await storage.putEpisode(
        { ...recordEpisode(`${kind}${n}`, 4), startedAt: at },
        { live: false },
      );
    const answer = { ...said(`f${n}`, id, at), episodeId: `named${n}` } as Feedback;
    await storage.appendFeedback(answer, [
      { ...assignment(n, `q${n}`, id), state: 'answered', feedbackId: `f${n}`, verdict: 'a' },
    ]);
    await storage.putComment({ ...comment(`c${n}`, id, at), episodeId: `commented${n}` });
    const review = { runId: RUN.id, feedbackId: `f${n}`, verdict: 'accept', at } as const;
    await storage.putReview({ ...review, id: `r${n}`, reviewer: 'eve', reason: 'I saw it' }, []);
    const standing = { runId: RUN.id, state: 'paused', actor: 'o', since: at } as const;
    await storage.putStanding({ ...standing, teacherId: id, reason: 'is tired' }, []);
  }
}

export function retentionContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let opened: Opened;
    let storage: Storage;
    beforeEach(async () => {
      opened = await open();
      storage = opened.storage;
      await storage.createRun(RUN);
      await fill(storage);
    });
    afterEach(async () => {
      await storage.close();
      await opened.remove();
    });

    const limitAll = async () => {
      for (const each of RETENTION_CLASSES) await storage.limitRetention(each, 30, 'o');
    };
    const events = async () => {
      const rows = await storage.readAudit(0, 1000);
      expect(verifyRows(rows, [])).toMatchObject({ isWhole: true });
      return rows.map(({ body }) => JSON.parse(body) as AuditEvent);
    };
    const left = async () => ({
      names: (await storage.listAccounts()).map((each) => each.name).sort(),
      logins: (await storage.listLogins()).map(({ hash }) => hash),
      invites: [await storage.findInvite('i1'), await storage.findInvite('i2')].map(Boolean),
      comments: (await storage.listComments(RUN.id)).map(({ text }) => text),
      reviews: (await storage.listReviews(RUN.id)).map(({ reason }) => reason),
      pauses: (await storage.listStandings(RUN.id)).map(({ reason }) => reason).sort(),
      episodes: (await storage.listEpisodes(RUN.id, 99)).map(({ id }) => id).sort(),
      log: (await storage.readFeedback(RUN.id, 0)).map(({ feedback }) => feedback.id),
    });

    it('[RET-1] without a rule nothing goes, and a rule is whole days', async () => {
      const before = await left();
      expect(await storage.listDue(NOW)).toEqual([]);
      expect(await storage.sweep(NOW, 'o', false)).toBeUndefined();
      expect(await left()).toEqual(before);
      for (const days of [0, -1, 1.5, 36_501, Number.NaN])
        await expect(storage.limitRetention('words', days, 'o')).rejects.toThrow(
          /days: .*1 to 36500/,
        );
      await storage.limitRetention('words', 30, 'o');
      await storage.limitRetention('words', null, 'o');
      expect(await storage.listDue(NOW)).toEqual([]);
    });

    it('[RET-2] exactly what is due goes; log, lineage, accounting and audit log stay whole', async () => {
      await limitAll();
      const due = await storage.listDue(NOW);
      expect(due.map(({ what, id, heldBy }) => [what, id, heldBy === null])).toEqual([
        ['login', 'l1', true],
        ['invitation', 'i1', true],
        ['account', 'P-1', true],
        ['comment', 'c1', true],
        ['review', 'r1', true],
        ['pause', `${RUN.id} P-1`, true],
        ['words', 'f1', true],
        ...due
          .filter(({ what }) => what === 'episode')
          .map(({ id }) => ['episode', id, id === 'free1']),
        ['answer', 'f1', true],
      ]);
      expect(due.filter(({ what }) => what === 'episode')).toHaveLength(3);
      const swept = await storage.sweep(NOW, 'o', false);
      expect(swept).toMatchObject({
        removed: { 'sign-ins': 3, words: 4, episodes: 1, answers: 1 },
        ...{ held: 2, at: NOW, actor: 'o' },
      });
      expect(await storage.listSweeps(9)).toEqual([swept]);
      expect(await left()).toEqual({
        names: ['Ada 2', 'P-1'],
        logins: ['l2'],
        invites: [false, true],
        comments: ['', 'words of P-2'],
        reviews: ['', 'I saw it'],
        pauses: ['erased', 'is tired'],
        episodes: ['commented1', 'commented2', 'free2', 'named1', 'named2'],
        log: ['f2', 'f1-erased'],
      });
      expect(await storage.listErased(RUN.id)).toMatchObject([
        { feedbackId: 'f1', erasureId: swept!.id, isLearned: false },
      ]);
      expect(await storage.countAssignments(RUN.id)).toEqual({
        ...{ leased: 0, answered: 1, skipped: 0, expired: 1 },
      });
      expect((await storage.listAccounts()).find(({ id }) => id === 'P-1')).toMatchObject({
        ...{ password: null, identity: null, rule: null },
      });
      const told = await events();
      expect(told.at(-1)).toMatchObject({ action: 'retention.swept', objectId: swept!.id });
      expect(JSON.stringify(told)).not.toContain('words of f1');
      expect(await storage.sweep(NOW, 'o', false)).toBeUndefined();
    });

    it('[RET-3] what is held stays: a whole class, or all of one person', async () => {
      await limitAll();
      const before = await left();
      const reason = 'case 12';
      for (const each of RETENTION_CLASSES)
        await storage.holdRetention(each, { reason, since: 1 }, 'o');
      expect(await storage.sweep(NOW, 'o', false)).toBeUndefined();
      expect(await left()).toEqual(before);
      expect((await storage.listRetention())[1]).toEqual({
        ...{ name: 'words', days: 30, hold: { reason, actor: 'o', since: 1 } },
      });
      for (const each of RETENTION_CLASSES) await storage.holdRetention(each, null, 'o');
      await storage.putHold({ teacherId: 'P-1', reason, actor: 'o', since: 1 });
      // What is nobody's goes: an invitation, a supervisor's words, an episode.
      expect(await storage.sweep(NOW, 'o', false)).toMatchObject({
        removed: { 'sign-ins': 1, words: 1, episodes: 1 },
      });
      expect(await left()).toMatchObject({
        ...before,
        ...{
          invites: [false, true],
          reviews: ['', 'I saw it'],
          episodes: ['commented1', 'commented2', 'free2', 'named1', 'named2'],
        },
      });
      const held = (await storage.listDue(NOW)).map(({ heldBy }) => heldBy);
      expect(new Set(held)).toEqual(
        new Set(['P-1 is held', 'an answer, a comment or a question is about it']),
      );
      const told = (await events()).filter(({ objectType }) => objectType === 'retention');
      expect(told.map(({ action }) => action)).toEqual([
        ...Array(4).fill('retention.changed'),
        ...Array(4).fill('retention.held'),
        ...Array(4).fill('retention.released'),
        'retention.swept',
      ]);
      expect(JSON.stringify(told)).not.toContain(reason);
    });

    it('[RET-4] beside a server only what it does not remember goes', async () => {
      await limitAll();
      await storage.sweep(NOW, 'server', true);
      expect(await left()).toMatchObject({
        names: ['Ada 1', 'Ada 2'],
        logins: ['l2'],
        comments: ['', 'words of P-2'],
        reviews: ['I saw it', 'I saw it'],
        log: ['f1', 'f2'],
      });
      expect(await storage.sweep(NOW, 'server', true)).toBeUndefined();
      expect(await storage.sweep(NOW, 'server', false)).toMatchObject({
        removed: { 'sign-ins': 1, words: 3, answers: 1 },
      });
    });

    it('[RET-2] words go before the answer that they are about, which keeps its place in the log', async () => {
      await storage.limitRetention('words', 30, 'o');
      const before = await storage.readFeedback(RUN.id, 0);
      await storage.sweep(NOW, 'o', false);
      const after = await storage.readFeedback(RUN.id, 0);
      const { reason: _, ...rest } = before[0]!.feedback as Feedback & { reason: string };
      expect(after).toEqual([{ ...before[0], feedback: rest }, before[1]]);
      expect((await storage.appendFeedback(rewardFeedback('f3'))).sequence).toBeGreaterThan(
        after[1]!.sequence,
      );
    });

    it('[RET-2] clips of known answers and of open questions stay, also in a process that did not ask them', async () => {
      await storage.limitRetention('episodes', 30, 'o');
      const clip = { episodeId: 'free1', from: 0, to: 2 };
      const query = { id: 'q9', runId: RUN.id, kind: 'rate', segments: [clip], createdAt: 1 };
      const soon = Date.now() + DAY;
      await storage.putQueries([{ ...query, reason: 'x', expiresAt: soon } as never]);
      expect(await storage.sweep(NOW, 'o', false)).toBeUndefined();
    });
  });
}
