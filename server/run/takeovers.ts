/**
 * Takeovers as feedback: a counterfactual is asked for, then the event is appended; where none comes
 * the event is appended without, so that no takeover is ever lost. Then the takeover is judged: what the
 * agent would have done beside what happened in the same steps.
 */

import {
  compareBranch,
  counterfactualId,
  type Predictions,
} from '../../agent/acting/counterfactual.ts';
import type { Episode, Feedback } from '../../agent/contract.ts';
import type { LiveEvent, RolloutCommand } from '../actors/messages.ts';
import type { ServerMessage } from '../protocol/index.ts';
import { type TakeoverTally, withVerdict } from './takeover-totals.ts';

/** Seconds of future that a counterfactual covers. */
const LEAST = 1;
const MOST = 3;
/** How long a counterfactual is waited for, ms. */
const PATIENCE = 3000;

type Override = Extract<LiveEvent, { type: 'override' }>;

export interface RunOverrides {
  /** A person let go. */
  begin(event: Override, teacherId: string): void;
  settle(id: string, branch: Episode, endReason: string, predictions?: Predictions): Promise<void>;
  /** Append what still waits. */
  close(): Promise<void>;
}

export function createRunOverrides(options: {
  readonly runId: string;
  /** s */
  controlDt(): number;
  /** Steps predicted from every step of a takeover; 0: none. */
  readonly predictedSteps: number;
  roll(command: RolloutCommand): void;
  /** The branch reaches disk and learner before the feedback that names it. */
  keep(branch: Episode): Promise<void>;
  /** The episode once it has so many steps or is over; as it stands when that takes too long. */
  happened(episodeId: string, steps: number): Promise<Episode | undefined>;
  /** The branch again, with its verdict. */
  rewrite(branch: Episode): Promise<unknown>;
  readonly tally: TakeoverTally;
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

  /** @param endReason of the branch, empty when it was cut off */
  async function judge(
    { episodeId, from, to }: Override,
    feedback: Feedback,
    branch: Episode,
    endReason: string,
  ): Promise<void> {
    const happened = await options.happened(episodeId, from + branch.length);
    if (!happened) return;
    const { steps, agent, human, prevented } = compareBranch(branch, happened, from);
    await options.rewrite({ ...branch, summary: withVerdict(branch.summary, prevented) });
    options.tally.add(prevented);
    options.broadcast({
      type: 'override',
      feedbackId: feedback.id,
      teacherId: feedback.teacherId,
      episodeId,
      from,
      to,
      counterfactual: {
        steps,
        length: branch.length,
        cost: agent.cost,
        return: agent.return,
        endReason,
        failed: agent.failed,
        humanReturn: human.return,
        humanCost: human.cost,
        humanFailed: human.failed,
        prevented,
      },
    });
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
      options.broadcast({
        type: 'override',
        feedbackId: feedback.id,
        teacherId,
        episodeId,
        from,
        to,
        counterfactual: null,
      });
      const seconds = Math.min(MOST, Math.max(LEAST, (to - from) * options.controlDt()));
      options.roll({
        type: 'counterfactual',
        id,
        of: { episodeId, step: from },
        seed: event.seed,
        state: event.state,
        snapshot: event.snapshot,
        steps: Math.round(seconds / options.controlDt()),
        ...(options.predictedSteps > 0
          ? { predict: { taken: event.taken, steps: options.predictedSteps } }
          : {}),
      });
    },
    async settle(id, branch, endReason, predictions) {
      const pending = take(id);
      if (!pending) return;
      const { event, feedback } = pending;
      await options.keep(branch);
      if (predictions) await options.keep(predictions.episode);
      const counterfactual = { episodeId: branch.id, from: 0, to: branch.length };
      await options.append({
        ...feedback,
        counterfactual,
        ...(predictions ? { predictions: predictions.segments } : {}),
      } as Feedback);
      await judge(event, feedback, branch, endReason);
    },
    async close() {
      await Promise.all([...waiting.keys()].map(giveUp));
    },
  };
}
