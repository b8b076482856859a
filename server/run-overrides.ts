/**
 * Takeovers as feedback: a counterfactual is asked for, then the event is appended; where none comes
 * the event is appended without, so that no takeover is ever lost.
 */
import type { Episode, Feedback } from '../agent/contract.ts';
import type { LiveEvent, RolloutCommand } from './actors/messages.ts';
import type { ServerMessage } from './protocol/index.ts';

/** Seconds of future that a counterfactual covers. */
const LEAST = 1;
const MOST = 3;
/** How long a counterfactual is waited for, ms. */
const PATIENCE = 3000;

type Override = Extract<LiveEvent, { type: 'override' }>;

export interface RunOverrides {
  /** A person let go. */
  begin(event: Override, teacherId: string): void;
  settle(id: string, branch: Episode, endReason: string): Promise<void>;
  /** Append what still waits. */
  close(): Promise<void>;
}

/** Of what would have happened from step `from` on. */
function counterfactualId(episodeId: string, from: number): string {
  return `${episodeId}-cf${from}`;
}

/** Nobody lived it: feedback refers to it, and learners do not count it as experience. */
export function isCounterfactual(episodeId: string): boolean {
  return /-cf\d+$/.test(episodeId);
}

export function createRunOverrides(options: {
  readonly runId: string;
  /** s */
  controlDt(): number;
  roll(command: RolloutCommand): void;
  /** The branch reaches disk and learner before the feedback that names it. */
  keep(branch: Episode): Promise<void>;
  append(feedback: Feedback): Promise<unknown>;
  broadcast(message: ServerMessage): void;
  failed(error: unknown): void;
}): RunOverrides {
  const waiting = new Map<string, { event: Override; feedback: Feedback; timer: NodeJS.Timeout }>();

  function take(id: string) {
    const pending = waiting.get(id);
    if (pending) clearTimeout(pending.timer);
    waiting.delete(id);
    return pending;
  }

  async function giveUp(id: string): Promise<void> {
    const pending = take(id);
    if (pending) await options.append(pending.feedback).catch(options.failed);
  }

  return {
    begin(event, teacherId) {
      const now = Date.now();
      const { episodeId, from, to } = event;
      const feedback: Feedback = {
        id: `${episodeId}-o${from}`,
        runId: options.runId,
        teacherId,
        shownAt: now,
        answeredAt: now,
        receivedAt: now,
        responseMs: 0,
        kind: 'override',
        episodeId,
        from,
        to,
      };
      const id = counterfactualId(episodeId, from);
      waiting.set(id, { event, feedback, timer: setTimeout(() => void giveUp(id), PATIENCE) });
      const common = { type: 'override', feedbackId: feedback.id, episodeId, from, to } as const;
      options.broadcast({ ...common, counterfactual: null });
      const seconds = Math.min(MOST, Math.max(LEAST, (to - from) * options.controlDt()));
      options.roll({
        type: 'counterfactual',
        id,
        of: { episodeId, step: from },
        seed: event.seed,
        state: event.state,
        snapshot: event.snapshot,
        steps: Math.round(seconds / options.controlDt()),
      });
    },
    async settle(id, branch, endReason) {
      const pending = take(id);
      if (!pending) return;
      const { event, feedback } = pending;
      await options.keep(branch);
      const counterfactual = { episodeId: branch.id, from: 0, to: branch.length };
      await options.append(
        branch.length > 0 ? ({ ...feedback, counterfactual } as Feedback) : feedback,
      );
      options.broadcast({
        type: 'override',
        feedbackId: feedback.id,
        episodeId: event.episodeId,
        from: event.from,
        to: event.to,
        counterfactual: {
          cost: branch.summary.cost ?? 0,
          return: branch.summary.return ?? 0,
          endReason,
          humanReturn: event.returned,
          humanCost: event.cost,
        },
      });
    },
    async close() {
      await Promise.all([...waiting.keys()].map(giveUp));
    },
  };
}
