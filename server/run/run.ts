/**
 * One run: actors, learner and storage. Knows nothing of sockets; viewers subscribe.
 *
 * `parts.ts` makes the parts, `events.ts` says what follows from what the threads report, `heartbeat.ts`
 * what happens by the clock. This file holds what viewers and operators can do.
 */
import type { Episode, Segment } from '../../agent/contract.ts';
import type { PredictedReward } from '../../agent/trainer/contract.ts';
import type { EnvironmentFacts } from '../actors/messages.ts';
import type { Sensed } from '../actors/sense-again.ts';
import {
  type Asker,
  type Driver,
  type LiveHandle,
  RunError,
  type RunHandle,
  type RunListener,
  type RunOptions,
} from '../contract.ts';
import { FIRST_CREDIT } from '../learner/messages.ts';
import {
  alertOf,
  type ClientFeedback,
  type EpisodeSummary,
  type MetricsPoint,
  type OversightMode,
  type QueueReport,
  type RecordFrom,
} from '../protocol/index.ts';
import type { Run } from '../storage/contract.ts';
import type { Alert } from './alerts.ts';
import { onLearnerReport, onLiveReport, onRolloutEvent } from './events.ts';
import { Heartbeat } from './heartbeat.ts';
import { oversightEvent } from './oversight-log.ts';
import { createParts, type RunParts } from './parts.ts';
import { recordingStart } from './recordings.ts';
import { type Status, statusOf } from './status.ts';
import { stopFeedback } from './stop-feedback.ts';

const HISTORY_POINTS = 600;
/** How long a closing run waits for work in the background, ms. */
const CLOSE_PATIENCE = 2000;

/** @throws RangeError for a preset, an option or an environment that is refused. */
export async function startRun(options: RunOptions): Promise<RunHandle> {
  const run = new ActiveRun(await createParts(options));
  try {
    await run.start();
  } catch (error) {
    await run.close();
    throw error;
  }
  return run;
}

class ActiveRun implements RunHandle {
  readonly run: Run;
  readonly #parts: RunParts;
  readonly #heartbeat: Heartbeat;

  constructor(parts: RunParts) {
    this.run = parts.options.run;
    this.#parts = parts;
    this.#heartbeat = new Heartbeat(parts);
  }

  async start(): Promise<void> {
    const { lives, actors, learner, background } = this.#parts;
    lives.start((live, report) => onLiveReport(this.#parts, live, report));
    actors.credit(FIRST_CREDIT);
    actors.start((event) => background.run('rollout', onRolloutEvent(this.#parts, event)));
    learner.start((report) => onLearnerReport(this.#parts, report));
    this.#heartbeat.start();
    await lives.started;
    await learner.ready; // pages are told which backend learns
    this.#compareEngines();
  }

  /** The same actions may lead elsewhere in another version: people must know before they compare. */
  #compareEngines(): void {
    const { alerts, learner, options } = this.#parts;
    const { engine } = this.facts;
    const { madeWith } = learner;
    if (engine === undefined || madeWith === undefined || engine === madeWith) return;
    const message = `This run was made with ${madeWith} and goes on with ${engine}`;
    options.log.warn({ madeWith, engine }, message);
    alerts.raise(alertOf('engine', {}, message));
  }

  get facts(): EnvironmentFacts {
    return this.#parts.lives.facts;
  }

  get isHealthy(): boolean {
    const { lives, rollouts, learner } = this.#parts;
    return lives.areWorking && rollouts.areWorking && learner.state !== 'restarting';
  }

  get backend(): RunHandle['backend'] {
    return this.#parts.learner.backend;
  }

  get lives(): readonly LiveHandle[] {
    return this.#parts.lives.all;
  }

  get learner(): RunHandle['learner'] {
    return this.#parts.learner.state;
  }

  get counts(): RunHandle['counts'] {
    const { environmentSteps, learnerUpdates, humanSteps } = this.#parts.learner.counts;
    return { environmentSteps, learnerUpdates, humanSteps, labels: this.#parts.feedback.count };
  }

  get awaitedSteps(): number {
    return this.#parts.actors.awaited;
  }

  get queue(): QueueReport {
    return this.#parts.queries.report;
  }

  get alerts(): readonly Alert[] {
    return this.#parts.alerts.open;
  }

  get recentEpisodes(): readonly EpisodeSummary[] {
    return this.#parts.episodes.summaries;
  }

  status(live: number): Status {
    return statusOf(this.#parts, live);
  }

  history(since: number): Promise<MetricsPoint[]> {
    return this.#parts.options.storage.readMetrics(this.run.id, since, HISTORY_POINTS);
  }

  subscribe(listener: RunListener): () => void {
    const { viewers, lives } = this.#parts;
    const tell = () => lives.send({ type: 'viewers', count: viewers.count });
    viewers.add(listener);
    tell();
    return () => {
      viewers.remove(listener);
      tell();
    };
  }

  async record(number: number, from: RecordFrom, driver: Driver): Promise<void> {
    const start = await recordingStart(from, this.#parts);
    const live = this.#parts.lives.all[number]!;
    if (live.otherDriver(driver.sessionId))
      throw new RunError('control-taken', 'control.record: somebody has taken the controls');
    live.send({ type: 'record', start, driver }, driver.teacherId);
  }

  emergencyStop(number: number, teacherId: string): void {
    const { lives, feedback, background } = this.#parts;
    const live = lives.all[number]!;
    const { state, step } = live;
    live.send({ type: 'estop' }, teacherId); // before anything is written
    if (!state || state.state === 'stopped') return;
    const stop = stopFeedback(this.run.id, teacherId, state.episodeId, step, Date.now());
    // Who stopped it is worth knowing even where the steps find no room.
    background.run('emergency stop', feedback.append(stop));
    background.run('flush', live.flush());
  }

  oversee(number: number, mode: OversightMode, teacherId: string): void {
    const { lives, options, background } = this.#parts;
    lives.all[number]!.send({ type: 'oversight', mode }, teacherId);
    const event = oversightEvent(this.run.id, mode, teacherId);
    background.run('audit of oversight', options.storage.appendAudit([event]));
  }

  accept(feedback: ClientFeedback, receivedAt: number): Promise<{ duplicate: boolean }> {
    return this.#parts.feedback.accept(feedback, receivedAt);
  }

  episode(id: string): Promise<Episode | undefined> {
    return this.#parts.episodes.find(id);
  }

  drawnEpisode(id: string): Promise<Episode | undefined> {
    return this.#parts.episodes.drawn(id);
  }

  sense(episode: Episode, from: number, to: number): Promise<Sensed> {
    return this.#parts.sensing.of(episode, from, to);
  }

  predict(segment: Segment): Promise<PredictedReward | undefined> {
    return this.#parts.episodes.predict(segment);
  }

  sceneIdOf(seed: number): number {
    return this.#parts.scenes.idOf(seed);
  }

  sceneMessage(sceneId: number, seed: number): Promise<string> {
    return this.#parts.scenes.message(sceneId, seed);
  }

  askQueries(asker: Asker): void {
    const { queries, watch, campaign, background } = this.#parts;
    background.run(
      'queries',
      campaign.greet(asker).then(() => queries.ask(asker)),
    );
    const standing = watch.message(asker.teacherId);
    if (standing && asker.count > 0) asker.message(standing);
  }

  showQuery(viewer: string, teacherId: string, queryId: string | undefined): void {
    this.#parts.queries.show(viewer, teacherId, queryId);
  }

  passQuery(teacherId: string, queryId: string): void {
    const { queries, background } = this.#parts;
    background.run('queries', queries.pass(teacherId, queryId));
  }

  leaveQueries(viewer: string): void {
    this.#parts.queries.leave(viewer);
  }

  get automation(): RunHandle['automation'] {
    return this.#parts.options.automation;
  }

  openInstructions(teacherId: string, textHash: string): Promise<boolean> {
    return this.#parts.campaign.opened(teacherId, textHash, Date.now());
  }

  lookAtCampaign(): Promise<void> {
    return this.#parts.campaign.look();
  }

  get watch(): RunHandle['watch'] {
    return this.#parts.watch;
  }

  get reviews(): RunHandle['reviews'] {
    return this.#parts.reviews;
  }

  model(): ReturnType<RunHandle['model']> {
    return this.#parts.learner.model();
  }

  recountQueue(): ReturnType<RunHandle['recountQueue']> {
    return this.#parts.queries.recount();
  }

  async close(): Promise<void> {
    const { lives, actors, learner, lineage, takeovers, background } = this.#parts;
    this.#heartbeat.stop();
    await lives.close();
    await actors.close();
    await takeovers.close();
    await background.settle(CLOSE_PATIENCE);
    await learner.close();
    await Promise.all([lives.gone(), actors.gone(), learner.gone]);
    await lineage.settled; // of the last policies, too
  }
}
