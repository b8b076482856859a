/** What live simulations ask of people, as tests: every storage passes it. */
import { describe, expect, it } from 'vitest';
import type { AskRecord } from '../../server/storage/asks-contract.ts';
import { textHash } from '../../server/storage/audit-chain.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { auditOf, eachOpened, type Opened } from './each-opened.ts';
import { RUN } from './storage.ts';

export const ask = (id: string, step: number, end: Partial<AskRecord> = {}): AskRecord => ({
  ...{ id, runId: RUN.id, episodeId: 'e1', step, kind: 'approval', fallback: 'brakes', at: step },
  conditions: [
    { leaf: 'risk', value: 0.62, threshold: 0.5, isMet: true },
    { leaf: 'novelty', value: null, threshold: 99, isMet: null },
  ],
  ...{ outcome: null, endedAt: null, ...end },
});

export function askContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let storage: Storage;
    eachOpened(open, RUN, (opened) => {
      storage = opened;
    });

    it('[CTRL-35] asks are kept once with every leaf, their outcome is the first, and the audit log has the hash', async () => {
      const late = ask('a2', 9);
      const over = ask('a1', 4, { outcome: 'allow', endedAt: 5 });
      await storage.putAsk(late);
      await storage.putAsk(ask('a1', 4));
      await storage.putAsk(over);
      await storage.putAsk(ask('a1', 4, { outcome: 'lapse', endedAt: 7 }));
      await storage.putAsk(ask('a1', 4)); // comes late: it stays what it became
      expect(await storage.asksOn('e1')).toEqual([over, late]);
      expect(await storage.asksOn('e2')).toEqual([]);
      const rows = await auditOf(storage, 'ask');
      const hash = textHash(JSON.stringify(late.conditions));
      expect(
        rows.map(({ action, objectId, after, reason }) => [action, objectId, after, reason]),
      ).toEqual([
        ['ask.raised', 'a2', hash, 'approval'],
        ['ask.raised', 'a1', hash, 'approval'],
      ]);
    });

    it('[CTRL-35] they go with their run, and a training that goes back forgets those that came after', async () => {
      await storage.putAsk(ask('a1', 4));
      await storage.putAsk(ask('a2', 9));
      const to = { feedbackSequence: 0, time: 5, environmentSteps: 0 };
      await storage.rewindRun(RUN.id, to);
      expect((await storage.asksOn('e1')).map(({ id }) => id)).toEqual(['a1']);
      await storage.deleteRun(RUN.id);
      expect(await storage.asksOn('e1')).toEqual([]);
    });
  });
}
