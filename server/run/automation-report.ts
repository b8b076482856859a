/** How far a model is from answering in people's place, and what it answered, out of the storage alone. */
import { nextLook } from '../../agent/quality/automation.ts';
import type { AutomationRules } from '../contract.ts';
import type { AutomationReply } from '../protocol/index.ts';
import { type AutomationStorage, certifiedOf, type Look } from '../storage/automation-contract.ts';
import type { Storage } from '../storage/contract.ts';

type Read = Pick<AutomationStorage, 'listLooks' | 'auditsOf' | 'listAutomatic' | 'countAutomatic'> &
  Pick<Storage, 'readMetrics'>;

/** @param rules of the server that runs; undefined: people answer everything, or it is not known */
export async function automationReport(
  storage: Read,
  runId: string,
  rules: AutomationRules | undefined,
): Promise<AutomationReply> {
  const looks = await storage.listLooks(runId);
  const target = rules?.target ?? looks.at(-1)?.target ?? null;
  const points = await storage.readMetrics(runId, 0, 1);
  const labels = points.at(-1)?.values['reward/decided'] ?? 0;
  const past = looks.map(({ heldOut }) => heldOut);
  const next = target === null ? null : nextLook(past, target);
  const standing = certifiedOf(looks);
  const answers = (await storage.listAutomatic(runId)).filter(({ isAudit }) => !isAudit);
  return {
    ...{ isOn: rules !== undefined, target, audit: rules?.audit ?? null },
    ...{ labels, next, missing: next === null ? null : Math.max(0, next - labels) },
    ...{ looks: looks.length, answers: answers.length },
    certificate: standing ? await certificateOf(storage, standing) : null,
    withdrawn: withdrawnOf(looks),
  };
}

async function certificateOf(
  storage: Read,
  { id, at, rewardVersion, certificate }: Look,
): Promise<AutomationReply['certificate']> {
  if (!certificate) return null;
  const { threshold, labels, lower } = certificate;
  const audits = await storage.auditsOf(id);
  const heard = audits.filter(({ verdict }) => verdict !== null);
  return {
    ...{ id, at, rewardVersion, threshold, labels, lower },
    answers: await storage.countAutomatic(id),
    audits: {
      asked: audits.length,
      answered: heard.length,
      right: heard.filter(({ verdict, choice }) => verdict === choice).length,
    },
  };
}

function withdrawnOf(looks: readonly Look[]): AutomationReply['withdrawn'] {
  const last = looks.findLast(({ withdrawnWhy }) => withdrawnWhy && withdrawnWhy !== 'replaced');
  if (!last?.withdrawnAt || !last.withdrawnWhy) return null;
  return { id: last.id, at: last.withdrawnAt, why: last.withdrawnWhy };
}
