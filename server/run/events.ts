/** What follows from each report of a run's threads. */

import type { PredictedReward } from '../../agent/trainer/contract.ts';
import { isRecorded } from '../../sim/recorded/environment.ts';
import type { LiveCommand, RolloutEvent } from '../actors/messages.ts';
import type { LearnerReport } from '../learner/handle.ts';
import { FIRST_CREDIT } from '../learner/messages.ts';
import { alertOf, isHumanFrame } from '../protocol/index.ts';
import type { LiveReport } from './live-actor.ts';
import { logAsk, logDecision } from './oversight-log.ts';
import type { RunParts } from './parts.ts';
import { tellRecorded } from './recorded.ts';
import { statusOf, tellStatus } from './status.ts';

/** Predictions for a live simulation's reward line, with its number; any other tag is of `episodes`. */
const LIVE_TAG = 'live-';

/** What a live simulation reports. Resolves once what the report brought is on disk. */
export async function onLiveReport(
  parts: RunParts,
  live: number,
  report: LiveReport,
): Promise<void> {
  const { learner, viewers, statistics, scenes, takeovers, background } = parts;
  switch (report.type) {
    case 'scene':
      scenes.put(report.sceneId, report.scene);
      viewers.scene(live, report.sceneId, report.seed);
      return;
    case 'frame':
      statistics.liveStep(isHumanFrame(report.buffer));
      viewers.frame(report.buffer);
      if (report.path) viewers.frame(report.path);
      if (report.rays) viewers.frame(report.rays);
      return;
    case 'state':
    case 'gone':
      viewers.message(statusOf(parts, live));
      return;
    case 'chunk': {
      const { id, from, to } = report.chunk;
      learner.observe(report.chunk);
      if (to > from) learner.predict(`${LIVE_TAG}${live}`, { episodeId: id, from: to - 1, to });
      return;
    }
    case 'episode':
      return onLiveEpisode(parts, report);
    case 'clipped':
      statistics.clipped();
      return;
    case 'override':
      statistics.override();
      background.run('takeover', takeovers.begin(report, live));
      return;
    case 'asked':
      background.run('ask', logAsk(parts, report.ask));
      return;
    case 'decision':
      background.run('decision', logDecision(parts, report));
      return;
    case 'snapshot-in-use':
      for (const { feedbackIds, ...applied } of learner.inUse(report.version))
        viewers.message({ type: 'applied', feedbackIds: [...feedbackIds], ...applied });
      return;
  }
}

/** The open episode as it stands, or one that has ended. */
async function onLiveEpisode(
  { options, queries, episodes, background }: RunParts,
  { episode, endReason }: Extract<LiveReport, { type: 'episode' }>,
): Promise<void> {
  if (episode.length === 0) return;
  const hasEnded = episode.end !== 'open';
  const isRecording = episode.origin === 'recording';
  if (hasEnded) {
    queries.moved();
    // A recording is looked at at once: it is told of when it is on disk.
    if (!isRecording) background.run('episode', episodes.conclude(episode, endReason, true));
  }
  if (!(await episodes.keep(episode, true))) throw new Error('the episode could not be written');
  if (hasEnded && isRecording) await episodes.conclude(episode, endReason, true);
  if (hasEnded) {
    const { storage, run, keepEpisodes } = options;
    background.run('retention', storage.pruneEpisodes(run.id, keepEpisodes));
  }
}

export async function onRolloutEvent(parts: RunParts, event: RolloutEvent): Promise<void> {
  const { learner, scenes, replays, sensing, queries, watch, episodes, takeovers } = parts;
  switch (event.type) {
    case 'ready':
      scenes.ready(event.oneScene);
      replays.ready();
      sensing.ready();
      return;
    case 'scene':
      scenes.put(event.sceneId, event.scene);
      return;
    case 'replayed':
      replays.put(event.episodeId, event.drawing);
      return;
    case 'sensed':
      sensing.put(event.tag, event.sensed);
      return;
    case 'chunk':
      learner.observe(event.chunk);
      return;
    case 'episode':
      queries.moved();
      watch.seek();
      episodes.remember(event.episode);
      await episodes.conclude(event.episode, event.endReason, false);
      return;
    case 'counterfactual':
      await takeovers.settle(event.id, event.episode, event.endReason, event.predictions);
      tellStatus(parts); // with the new totals
      return;
  }
}

/** The live simulation that the tag of predictions is of. */
const liveTagged = (tag: string) =>
  tag.startsWith(LIVE_TAG) ? Number(tag.slice(LIVE_TAG.length)) : undefined;

function newestOf({ rewards, disagreements }: PredictedReward): LiveCommand {
  return { type: 'predicted', reward: rewards.at(-1)!, disagreement: disagreements.at(-1)! };
}

export function onLearnerReport(parts: RunParts, report: LearnerReport): void {
  const { lives, actors, learner, lineage, episodes, queries, alerts } = parts;
  const { troubles, hearReward, hearDrift, background, automation } = parts;
  const { run, storage } = parts.options;
  switch (report.type) {
    case 'ready':
      alerts.clear('learner', 'learner-died');
      lineage.started();
      if (isRecorded(run.environmentId))
        background.run('recorded', tellRecorded(run, storage, learner));
      return;
    case 'published':
      lineage.published(report, Date.now());
      if (isRecorded(run.environmentId)) return; // nothing acts
      lives.publish({
        ...{ snapshot: report.snapshot, gate: report.gate, risk: report.risk },
        activation: report.activation,
      });
      actors.publish(report.snapshot);
      return;
    case 'progress':
      hearReward(report.metrics);
      hearDrift(report.metrics);
      if (automation)
        background.run('automation', automation.hear(report.metrics['reward/decided'] ?? 0));
      return;
    case 'people':
      return;
    case 'credit':
      actors.credit(report.steps);
      return;
    case 'checkpoint':
      if (report.error) troubles.failed('the checkpoint', report.error);
      else troubles.written('the checkpoint');
      return;
    case 'queries':
      background.run('queries', queries.take(report.queries));
      return;
    case 'predicted': {
      const live = liveTagged(report.tag);
      if (live === undefined) episodes.predicted(report.tag, report.predicted);
      else if (report.predicted) lives.all[live]?.send(newestOf(report.predicted));
      return;
    }
    case 'restarted':
      lives.send({ type: 'resend' });
      actors.credit(FIRST_CREDIT); // as at the very start: it has nothing to learn from
      return;
    case 'died':
      alerts.raise(
        alertOf(
          'learner',
          { seconds: report.retryMs / 1000 },
          `The learner stopped: ${report.reason}`,
        ),
      );
      return;
  }
}
