/**
 * What people decide about the agent's asks, in the logs: an answer to what it was about to do is feedback about that
 * step; a call that was declined, what nobody answered, and another mode of oversight are in the audit log alone.
 */
import type { Feedback } from '../../agent/contract.ts';
import type { Ask, LiveEvent } from '../actors/messages.ts';
import type { OversightMode } from '../protocol/index.ts';
import type { AskRecord } from '../storage/asks-contract.ts';
import type { AuditEvent } from '../storage/audit-chain.ts';
import type { RunParts } from './parts.ts';

type Decision = Extract<LiveEvent, { type: 'decision' }>;
type Parts = Pick<RunParts, 'lives' | 'feedback'> & {
  readonly options: Pick<RunParts['options'], 'run' | 'storage'>;
};

/** That people are asked, and why. Resolves once it is on disk. */
export const logAsk = ({ options: { run, storage } }: Parts, ask: Ask): Promise<void> =>
  storage.putAsk(recordOf(run.id, ask, null, null));

/** Resolves once it is on disk. */
export async function logDecision(parts: Parts, decision: Decision): Promise<void> {
  const { ask, outcome, teacherId, at } = decision;
  const { run, storage } = parts.options;
  await storage.putAsk(recordOf(run.id, ask, outcome, at));
  switch (outcome) {
    case 'allow':
    case 'deny':
      return teacherId === undefined ? undefined : putAnswer(parts, ask, outcome, teacherId, at);
    case 'decline':
      return storage.appendAudit([event('ask.declined', run.id, ask.kind, teacherId)]);
    case 'lapse':
      return storage.appendAudit([event('ask.lapsed', run.id, ask.kind)]);
    case 'taken-over':
    case 'withdrawn':
    case 'ended':
      return; // takeovers, stops and modes have logs of their own
  }
}

async function putAnswer(
  parts: Parts,
  ask: Ask,
  decision: 'allow' | 'deny',
  teacherId: string,
  at: number,
): Promise<void> {
  const { episodeId, step } = ask;
  const segment = { episodeId, from: step, to: step + 1 };
  const times = { shownAt: ask.at, answeredAt: at, receivedAt: at, responseMs: at - ask.at };
  const answered: Feedback = {
    ...{ id: idOf(ask), runId: parts.options.run.id, teacherId, ...times },
    ...{ kind: 'approval', segment, decision },
  };
  await parts.lives.reached(episodeId, segment.to);
  await parts.feedback.put(answered);
}

const idOf = ({ episodeId, step, id }: Ask): string => `${episodeId}-a${step}-${id}`;

function recordOf(
  runId: string,
  ask: Ask,
  outcome: AskRecord['outcome'],
  endedAt: number | null,
): AskRecord {
  const { episodeId, step, kind, fallback, conditions, at } = ask;
  return {
    ...{ id: idOf(ask), runId, episodeId, step, kind, fallback, conditions, at },
    ...{ outcome, endedAt },
  };
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
