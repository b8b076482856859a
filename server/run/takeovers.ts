/**
 * Takeovers as feedback: the event is in the log before anybody is told of it, so that none is ever lost.
 * Its counterfactual comes as a second event, where one comes. Then the takeover is judged: what the agent
 * would have done beside what happened in the same steps.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compareBranch,
  counterfactualId,
  counterfactualSeconds,
  type Predictions,
  withVerdict,
} from '../../agent/acting/counterfactual.ts';
import type { Episode, Feedback } from '../../agent/contract.ts';
import type { ActorThreads } from '../actors/actor-threads.ts';
import type { LiveEvent } from '../actors/messages.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import type { ServerMessage, TakeoverTotals } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import type { Episodes } from './episodes.ts';
import type { FeedbackLog } from './feedback.ts';
import type { LiveActors } from './live-actors.ts';
import type { TakeoverTally } from './takeover-totals.ts';
import type { Viewers } from './viewers.ts';

/** How long a counterfactual is waited for, ms. */
const PATIENCE = 3000;

/** Steps [from, to) of an episode that a person drove. */
type Takeover = Extract<LiveEvent, { type: 'override' }>;
type OverrideFeedback = Extract<Feedback, { kind: 'override' }>;
type Verdict = Extract<ServerMessage, { type: 'override' }>['counterfactual'];

/** What a full disk keeps out of the log is tried again after this, ms. */
const RETRY = 1000;

interface Waiting {
  readonly feedback: OverrideFeedback;
  /** The live simulation that it was in. */
  readonly live: number;
  /** Whether it is in the log. */
  readonly logged: Promise<boolean>;
  readonly timer: NodeJS.Timeout;
}

export interface TakeoversOptions {
  readonly runId: string;
  /** Steps predicted from every step of a takeover; 0: none. */
  readonly predictedSteps: number;
  readonly lives: Pick<LiveActors, 'facts' | 'reached'>;
  readonly rollouts: Pick<ActorThreads, 'ask'>;
  readonly learner: Pick<LearnerHandle, 'recall'>;
  readonly episodes: Pick<Episodes, 'find' | 'keep'>;
  readonly feedback: Pick<FeedbackLog, 'put' | 'append'>;
  readonly viewers: Pick<Viewers, 'message'>;
  readonly tally: TakeoverTally;
  readonly log: Pick<Log, 'error'>;
}

export class Takeovers {
  readonly #options: TakeoversOptions;
  /** By the id of the counterfactual that is asked for. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #logging = new Set<Promise<boolean>>();
  readonly #closing = new AbortController();

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

  /** A person let go. Resolves once it is in the log and people have been told. */
  async begin(takeover: Takeover, live: number): Promise<void> {
    const feedback = this.#feedbackOf(takeover);
    const id = counterfactualId(takeover.episodeId, takeover.from);
    const logged = this.#put(feedback);
    this.#logging.add(logged);
    const timer = setTimeout(() => this.#waiting.delete(id), PATIENCE).unref();
    this.#waiting.set(id, { feedback, live, logged, timer });
    this.#roll(id, takeover);
    if (await logged) this.#tell(feedback, live, null);
    this.#logging.delete(logged);
  }

  /** The counterfactual is here. @param endReason of the branch, empty when it was cut off */
  async settle(
    id: string,
    branch: Episode,
    endReason: string,
    predictions?: Predictions,
  ): Promise<void> {
    const waiting = this.#take(id);
    if (!waiting || !(await waiting.logged)) return;
    const { feedback, live } = waiting;
    const complete = () => this.#complete(feedback, branch, predictions);
    if (await this.#insist('a counterfactual', complete))
      await this.#judge(feedback, live, branch, endReason);
    else this.#options.log.error({ id }, 'a takeover stays without its counterfactual');
  }

  /** What a closing run finds no room for is said and not waited for. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const id of [...this.#waiting.keys()]) this.#take(id);
    await Promise.all(this.#logging);
  }

  /** Branch and predictions to disk, then the event that names them. @throws Error when the disk refuses. */
  async #complete(
    feedback: OverrideFeedback,
    branch: Episode,
    predictions: Predictions | undefined,
  ): Promise<void> {
    await this.#keep(branch);
    if (predictions) await this.#keep(predictions.episode);
    const { episodeId, from, to, id: overrideId, ...base } = feedback;
    await this.#options.feedback.append({
      ...base,
      id: `${overrideId}-cf`,
      kind: 'counterfactual',
      receivedAt: Date.now(),
      overrideId,
      episodeId,
      from,
      to,
      counterfactual: { episodeId: branch.id, from: 0, to: branch.length },
      ...(predictions ? { predictions: predictions.segments } : {}),
    });
  }

  /** Again and again until the disk takes it; false: the run closed before it did. */
  async #insist(what: string, write: () => Promise<unknown>): Promise<boolean> {
    const { signal } = this.#closing;
    for (let tries = 0; ; tries++) {
      try {
        await write();
        return true;
      } catch (error) {
        if (tries === 0)
          this.#options.log.error({ error: String(error) }, `${what} could not be written`);
      }
      if (signal.aborted) return false;
      await sleep(RETRY, undefined, { signal }).catch(() => {});
    }
  }

  /** The steps and then the takeover; a closing run settles for the takeover. */
  async #put(takeover: OverrideFeedback): Promise<boolean> {
    const { feedback, log } = this.#options;
    if (await this.#insist('a takeover', () => feedback.put(takeover))) return true;
    return feedback.append(takeover).then(
      () => true,
      (error) => {
        log.error({ error: String(error), takeover }, 'a takeover is lost');
        return false;
      },
    );
  }

  #feedbackOf({ episodeId, from, to, teacherId, share }: Takeover): OverrideFeedback {
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
      ...(share === undefined ? {} : { share }),
    };
  }

  #roll(id: string, { episodeId, from, to, seed, state, snapshot, taken }: Takeover): void {
    const { lives, rollouts, predictedSteps } = this.#options;
    const { controlDt } = lives.facts;
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

  /** The branch reaches disk and learner before the feedback that names it. @throws Error when it cannot. */
  async #keep(branch: Episode): Promise<void> {
    if (!(await this.#options.episodes.keep(branch, false)))
      throw new Error(`episode ${branch.id} is not on disk`);
    this.#options.learner.recall(branch);
  }

  async #judge(
    feedback: OverrideFeedback,
    live: number,
    branch: Episode,
    endReason: string,
  ): Promise<void> {
    const { lives, episodes, tally } = this.#options;
    const { episodeId, from } = feedback;
    await lives.reached(episodeId, from + branch.length);
    const happened = await episodes.find(episodeId);
    if (!happened) return;
    const { steps, agent, human, prevented } = compareBranch(branch, happened, from);
    await episodes.keep({ ...branch, summary: withVerdict(branch.summary, prevented) }, false);
    tally.add(prevented);
    this.#tell(feedback, live, {
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

  #tell(feedback: OverrideFeedback, live: number, counterfactual: Verdict): void {
    const { id, teacherId, episodeId, from, to } = feedback;
    this.#options.viewers.message({
      type: 'override',
      feedbackId: id,
      teacherId,
      live,
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
}
