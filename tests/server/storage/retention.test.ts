/** The sweep on a real disk: what is left in the files, and that any order of rules, holds and sweeps keeps the log whole. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';

const DAY = 86_400_000;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'reins-retention-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const said = (id: string, teacherId: string, receivedAt: number) =>
  ({
    ...rewardFeedback(id),
    teacherId,
    receivedAt,
    reason: `never to be seen again: ${id}`,
  }) as never;

test('[RET-2] no file of the folder holds what went', () =>
  inFolder(async (folder) => {
    const isThere = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .some((file) =>
          readFileSync(join(file.parentPath, file.name)).includes('never to be seen'),
        );
    let storage = openStorage(folder);
    await storage.createRun(RUN);
    for (let i = 0; i < 40; i++) await storage.appendFeedback(said(`f${i}`, 'ada', 1));
    await storage.limitRetention('answers', 1, 'o');
    await storage.close(); // so that all of it has come from the journal into the file
    expect(isThere()).toBe(true);
    storage = openStorage(folder);
    expect(await storage.sweep(9 * DAY, 'o', false)).toMatchObject({ removed: { answers: 40 } });
    expect(isThere()).toBe(false);
    await storage.close();
  }));

test('[RET-2] whatever is said, limited, held and swept in whatever order, what is due goes and nothing else', () => {
  const people = ['ann', 'bob'];
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ say: fc.constantFrom(...people) }) },
    { weight: 2, arbitrary: fc.record({ days: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 3, arbitrary: fc.record({ sweep: fc.boolean() }) },
    fc.record({ hold: fc.constantFrom(...people), isHeld: fc.boolean() }),
    fc.record({ holdAll: fc.boolean() }),
    fc.record({ synthetic: fc.constant(true) }),
  );
  return fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) =>
      inFolder(async (folder) => {
        const storage = openStorage(folder);
        await storage.createRun(RUN);
        const kept = new Map<string, { who: string; at: number }>();
        const held = new Set<string>();
        let [days, isHeld, removed] = [Number.POSITIVE_INFINITY, false, 0];
        for (const [day, each] of steps.entries()) {
          const now = day * DAY;
          const id = `f${day}`;
          if ('say' in each || 'synthetic' in each) {
            const who = 'say' in each ? each.say : 'synthetic-1';
            await storage.appendFeedback(said(id, who, now));
            kept.set(id, { who, at: now });
          } else if ('days' in each) {
            ({ days } = each);
            await storage.limitRetention('answers', days, 'o');
          } else if ('hold' in each) {
            const { hold: teacherId } = each;
            if (each.isHeld)
              await storage.putHold({ teacherId, reason: 'x', actor: 'o', since: 1 });
            else await storage.releaseHold(teacherId, 'o');
            if (each.isHeld) held.add(teacherId);
            else held.delete(teacherId);
          } else if ('holdAll' in each) {
            isHeld = each.holdAll;
            const hold = isHeld ? { reason: 'x', since: 1 } : null;
            await storage.holdRetention('answers', hold, 'o');
          } else {
            const due = [...kept].filter(
              ([, { who, at }]) =>
                who !== 'synthetic-1' && at < now - days * DAY && !isHeld && !held.has(who),
            );
            const swept = await storage.sweep(now, 'o', each.sweep);
            if (each.sweep) expect(swept).toBeUndefined();
            else expect(swept?.removed.answers ?? 0).toBe(due.length);
            if (!each.sweep) for (const [gone] of due) kept.delete(gone);
            if (!each.sweep) removed += due.length;
          }
        }
        const log = (await storage.readFeedback(RUN.id, 0)).map(({ feedback }) => feedback);
        const labels = log.filter(({ kind }) => kind !== 'retraction').map(({ id }) => id);
        expect(labels).toEqual([...kept.keys()]);
        expect(await storage.listErased(RUN.id)).toHaveLength(removed);
        expect(verifyAudit(folder)).toMatchObject({ isWhole: true });
        await storage.close();
      }),
    ),
    { numRuns: 15 },
  );
});
