/**
 * What people decide about the agent's asks, in the logs: an answer to what it was about to do is feedback about that
 * step; a call that was declined, what nobody answered, and another mode of oversight are in the audit log alone.
 */
import type { Feedback } from '../../agent/contract.ts';
import type { LiveEvent } from '../actors/messages.ts';
import type { OversightMode } from '../protocol/index.ts';
import type { AuditEvent } from '../storage/audit-chain.ts';
import type { RunParts } from './parts.ts';

type Decision = Extract<LiveEvent, { type: 'decision' }>;
type Parts = Pick<RunParts, 'lives' | 'feedback'> & {
  readonly options: Pick<RunParts['options'], 'run' | 'storage'>;
};

/** Resolves once it is on disk. */
export async function logDecision(parts: Parts, decision: Decision): Promise<void> {
  const { episodeId, ask, outcome, teacherId, at } = decision;
  const { run, storage } = parts.options;
  switch (outcome) {
    case 'allow':
    case 'deny': {
      if (teacherId === undefined) return;
      const segment = { episodeId, from: ask.step, to: ask.step + 1 };
      const answered: Feedback = {
        id: `${episodeId}-a${ask.step}-${ask.id}`,
        runId: run.id,
        teacherId,
        shownAt: ask.at,
        answeredAt: at,
        receivedAt: at,
        responseMs: at - ask.at,
        kind: 'approval',
        segment,
        decision: outcome,
      };
      await parts.lives.reached(episodeId, segment.to);
      await parts.feedback.put(answered);
      return;
    }
    case 'decline':
      return storage.appendAudit([event('ask.declined', run.id, ask.kind, teacherId)]);
    case 'lapse':
      return storage.appendAudit([event('ask.lapsed', run.id, ask.kind)]);
  }
}

/** A person has changed how the simulation is overseen. */
export const oversightEvent = (runId: string, mode: OversightMode, teacherId: string): AuditEvent =>
  event('oversight.changed', runId, mode, teacherId);

/** `reason`: the kind of the ask, or the mode. */
function event(
  action: AuditEvent['action'],
  objectId: string,
  reason: string,
  actor = 'server',
): AuditEvent {
  const nothing = { role: null, before: null, after: null };
  return { action, actor, objectType: 'run', objectId, reason, ...nothing };
}
