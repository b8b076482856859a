/**
 * Takeovers as feedback: a counterfactual is asked for, then the event is appended; where none comes
 * the event is appended without, so that no takeover is ever lost. Then the takeover is judged: what the
 * agent would have done beside what happened in the same steps.
 */
import {
  compareBranch,
  counterfactualId,
  counterfactualSeconds,
  type Predictions,
} from '../../agent/acting/counterfactual.ts';
import type { Episode, Feedback } from '../../agent/contract.ts';
import type { LiveEvent } from '../actors/messages.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import type { ServerMessage, TakeoverTotals } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import type { Episodes } from './episodes.ts';
import type { FeedbackLog } from './feedback.ts';
import type { LiveActor } from './live-actor.ts';
import type { RolloutActors } from './rollout-actors.ts';
import { type TakeoverTally, withVerdict } from './takeover-totals.ts';
import type { Viewers } from './viewers.ts';

/** How long a counterfactual is waited for, ms. */
const PATIENCE = 3000;

/** Steps [from, to) of an episode that a person drove. */
type Takeover = Extract<LiveEvent, { type: 'override' }>;
type OverrideFeedback = Extract<Feedback, { kind: 'override' }>;
type Verdict = Extract<ServerMessage, { type: 'override' }>['counterfactual'];

interface Waiting {
  readonly feedback: OverrideFeedback;
  readonly timer: NodeJS.Timeout;
}

export interface TakeoversOptions {
  readonly runId: string;
  /** Steps predicted from every step of a takeover; 0: none. */
  readonly predictedSteps: number;
  readonly live: Pick<LiveActor, 'facts' | 'reached'>;
  readonly rollouts: Pick<RolloutActors, 'ask'>;
  readonly learner: Pick<LearnerHandle, 'recall'>;
  readonly episodes: Pick<Episodes, 'find' | 'keep'>;
  readonly feedback: Pick<FeedbackLog, 'append'>;
  readonly viewers: Pick<Viewers, 'message'>;
  readonly tally: TakeoverTally;
  readonly log: Pick<Log, 'error'>;
}

export class Takeovers {
  readonly #options: TakeoversOptions;
  /** By the id of the counterfactual that is asked for. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: TakeoversOptions) {
    this.#options = options;
  }

  get totals(): TakeoverTotals {
    return this.#options.tally.totals;
  }

  /** By names of the metrics stream. */
  metrics(): Record<string, number> {
    return this.#options.tally.metrics();
  }

  /** A person let go. */
  begin(takeover: Takeover, teacherId: string): void {
    const feedback = this.#feedbackOf(takeover, teacherId);
    const id = counterfactualId(takeover.episodeId, takeover.from);
    const timer = setTimeout(() => void this.#giveUp(id), PATIENCE);
    this.#waiting.set(id, { feedback, timer });
    this.#tell(feedback, null);
    this.#roll(id, takeover);
  }

  /** The counterfactual is here. @param endReason of the branch, empty when it was cut off */
  async settle(
    id: string,
    branch: Episode,
    endReason: string,
    predictions?: Predictions,
  ): Promise<void> {
    const waiting = this.#take(id);
    if (!waiting) return;
    await this.#keep(branch);
    if (predictions) await this.#keep(predictions.episode);
    const feedback: OverrideFeedback = {
      ...waiting.feedback,
      counterfactual: { episodeId: branch.id, from: 0, to: branch.length },
      ...(predictions ? { predictions: predictions.segments } : {}),
    };
    await this.#options.feedback.append(feedback);
    await this.#judge(feedback, branch, endReason);
  }

  /** Append what still waits. */
  async close(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((id) => this.#giveUp(id)));
  }

  #feedbackOf({ episodeId, from, to }: Takeover, teacherId: string): OverrideFeedback {
    const now = Date.now();
    return {
      id: `${episodeId}-o${from}`,
      runId: this.#options.runId,
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
  }

  #roll(id: string, { episodeId, from, to, seed, state, snapshot, taken }: Takeover): void {
    const { live, rollouts, predictedSteps } = this.#options;
    const { controlDt } = live.facts;
    const seconds = counterfactualSeconds(to - from, controlDt);
    rollouts.ask({
      type: 'counterfactual',
      id,
      of: { episodeId, step: from },
      seed,
      state,
      snapshot,
      steps: Math.round(seconds / controlDt),
      ...(predictedSteps > 0 ? { predict: { taken, steps: predictedSteps } } : {}),
    });
  }

  /** The branch reaches disk and learner before the feedback that names it. */
  async #keep(branch: Episode): Promise<void> {
    await this.#options.episodes.keep(branch, false);
    this.#options.learner.recall(branch);
  }

  async #judge(feedback: OverrideFeedback, branch: Episode, endReason: string): Promise<void> {
    const { live, episodes, tally } = this.#options;
    const { episodeId, from } = feedback;
    await live.reached(episodeId, from + branch.length);
    const happened = await episodes.find(episodeId);
    if (!happened) return;
    const { steps, agent, human, prevented } = compareBranch(branch, happened, from);
    await episodes.keep({ ...branch, summary: withVerdict(branch.summary, prevented) }, false);
    tally.add(prevented);
    this.#tell(feedback, {
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
    });
  }

  #tell(feedback: OverrideFeedback, counterfactual: Verdict): void {
    const { id, teacherId, episodeId, from, to } = feedback;
    this.#options.viewers.message({
      type: 'override',
      feedbackId: id,
      teacherId,
      episodeId,
      from,
      to,
      counterfactual,
    });
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(id);
    return waiting;
  }

  async #giveUp(id: string): Promise<void> {
    const { feedback, log } = this.#options;
    const waiting = this.#take(id);
    if (!waiting) return;
    await feedback
      .append(waiting.feedback)
      .catch((error) => log.error({ error: String(error) }, 'a takeover could not be written'));
  }
}
