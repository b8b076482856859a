/** Models that are proposed, promoted and rolled back, as tests: every storage passes it. */
import { describe, expect, it } from 'vitest';
import type { PromotionGate } from '../../server/protocol/index.ts';
import type { AuditEvent } from '../../server/storage/audit-chain.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { type KeptModel, promotedOf } from '../../server/storage/models-contract.ts';
import { auditOf, eachOpened, type Opened } from './each-opened.ts';
import { RUN } from './storage.ts';

/** A policy of one layer, and a reward that is `slope` times the first of two numbers. */
export function keptModel(version: number, slope = 1): KeptModel {
  const layer = (outputs: number, weights: number[]) => ({
    ...{ inputs: weights.length / outputs, outputs, activation: 'linear' as const },
    ...{ weights: Float32Array.from(weights), bias: new Float32Array(outputs) },
  });
  const member = [layer(1, [slope, 0])];
  return {
    environmentId: RUN.environmentId,
    observationSize: 1,
    policy: {
      ...{ version, layers: [layer(1, [version])], logStd: 'deterministic', squash: 'none' },
      actionSpace: { size: 1, low: Float32Array.of(-1), high: Float32Array.of(1) },
    },
    reward: {
      version,
      scale: { mean: new Float32Array(2), inverse: Float32Array.of(1, 1), squared: 0 },
      members: [member, member, member],
    },
  };
}

export function gate(against: string | null, passes = true): PromotionGate {
  const share = { right: 4, share: 1, low: 0.5, high: 1 };
  const difference = { value: 0, low: 0, high: 0 };
  return {
    ...{ passes, conditions: [], labels: 4, people: 1, accuracy: share, margin: 0.05 },
    against: against === null ? null : { model: against, ...share, difference },
  };
}

export function modelContract(name: string, open: () => Opened | Promise<Opened>): void {
  describe(name, () => {
    let storage: Storage;
    eachOpened(open, RUN, (opened) => {
      storage = opened;
    });

    const put = (id: string, version: number, against: string | null) =>
      storage.putModel(
        {
          ...{ id, runId: RUN.id, gate: gate(against), figures: { return: version } },
          ...{ proposedBy: 'P-grace', proposedAt: version },
        },
        keptModel(version),
      );
    const promoted = async () => promotedOf(await storage.listModels(RUN.id))?.id;
    const audited = async () =>
      (await auditOf(storage, 'model')).map(({ action, actor, objectId }) => [
        action,
        actor,
        objectId,
      ]);

    it('[PROMO-4] what is proposed is kept to the last number, and with it what it was judged by', async () => {
      const record = await put('m1', 7, null);
      expect(await storage.listModels(RUN.id)).toEqual([record]);
      expect(record).toMatchObject({ policyVersion: 7, rewardVersion: 7, figures: { return: 7 } });
      expect(await storage.readModel('m1')).toEqual(keptModel(7));
      expect(await storage.readModel('m9')).toBeUndefined();
      expect(await promoted()).toBeUndefined();
    });

    it('[PROMO-3] the one approved last is promoted; rolled back, the one before it is again', async () => {
      const first = await put('m1', 1, null);
      expect(await storage.approveModel('m1', 'P-edith', 10)).toBe(true);
      expect(await storage.approveModel('m1', 'P-edith', 11)).toBe(false);
      const second = await put('m2', 2, 'm1');
      await put('m3', 3, 'm1');
      expect(await storage.approveModel('m2', 'P-edith', 12)).toBe(true);
      expect(await promoted()).toBe('m2');
      await expect(storage.approveModel('m3', 'P-edith', 13)).rejects.toThrow(
        /judged against m1, and m2 is promoted now/,
      );
      expect(await storage.rollBackModel('m1', 'P-grace', 14)).toBe(false);
      expect(await storage.rollBackModel('m2', 'P-grace', 15)).toBe(true);
      expect(await promoted()).toBe('m1');
      expect(await storage.approveModel('m3', 'P-edith', 16)).toBe(true);
      expect(await promoted()).toBe('m3');
      const rows = await storage.readAudit(0, 1000);
      const events = rows.map(({ body }) => JSON.parse(body) as AuditEvent);
      const back = events.find(({ action }) => action === 'model.rolled-back');
      expect(back).toMatchObject({
        ...{ actor: 'P-grace', objectId: 'm2' },
        ...{ before: second.hash, after: first.hash },
      });
      expect(await audited()).toEqual([
        ['model.proposed', 'P-grace', 'm1'],
        ['model.promoted', 'P-edith', 'm1'],
        ['model.proposed', 'P-grace', 'm2'],
        ['model.proposed', 'P-grace', 'm3'],
        ['model.promoted', 'P-edith', 'm2'],
        ['model.rolled-back', 'P-grace', 'm2'],
        ['model.promoted', 'P-edith', 'm3'],
      ]);
    });

    it('[PROMO-3] only what waits can be withdrawn, and goes with its bytes; a run takes all of them along', async () => {
      await put('m1', 1, null);
      await put('m2', 2, null);
      expect(await storage.withdrawModel('m2', 'P-grace')).toBe(true);
      expect(await storage.withdrawModel('m2', 'P-grace')).toBe(false);
      expect(await storage.readModel('m2')).toBeUndefined();
      await storage.approveModel('m1', 'P-edith', 3);
      expect(await storage.withdrawModel('m1', 'P-grace')).toBe(false);
      await storage.deleteRun(RUN.id);
      expect(await storage.listModels(RUN.id)).toEqual([]);
      expect(await storage.readModel('m1')).toBeUndefined();
    });

    it('[SUBJ-3] who proposed or approved is a keyed hash once they are erased', async () => {
      await put('m1', 1, null);
      await storage.approveModel('m1', 'P-edith', 3);
      for (const subject of ['P-grace', 'P-edith']) {
        const asked = { id: subject, subject, withAnswers: false, requestedBy: 'o' };
        const times = { requestedAt: 1, approvedBy: 'o', approvedAt: 1, doneAt: null };
        await storage.putErasure({ ...asked, ...times, result: null });
        await storage.erase(subject, 5);
      }
      const [model] = await storage.listModels(RUN.id);
      expect([model!.proposedBy, model!.approvedBy]).toEqual([
        expect.stringMatching(/^E-/),
        expect.stringMatching(/^E-/),
      ]);
    });
  });
}
