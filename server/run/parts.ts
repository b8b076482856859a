/** The parts of a run, made from the bottom up: each is given the parts it needs, which exist already. */
import type { Metrics } from '../../agent/contract.ts';
import { predictedSteps } from '../../agent/presets/presets.ts';
import type { DriftPart } from '../../agent/quality/drift-watch.ts';
import { isRecorded } from '../../sim/recorded/environment.ts';
import { createActorData } from '../actors/actor-data.ts';
import type { ActorThreads } from '../actors/actor-threads.ts';
import { joinLinks } from '../actors/joined-links.ts';
import type { ActorLink } from '../actors/link.ts';
import type { RunOptions } from '../contract.ts';
import { type Learner, LearnerHandle } from '../learner/handle.ts';
import { createStillLearner } from '../learner/still.ts';
import { alertOf } from '../protocol/index.ts';
import { type Alerts, createAlerts } from './alerts.ts';
import type { Automation } from './automation.ts';
import { Background } from './background.ts';
import { DiskTroubles } from './disk-troubles.ts';
import { createDriftAlerts } from './drift-alerts.ts';
import { createEpisodes, type Episodes } from './episodes.ts';
import { FeedbackLog } from './feedback.ts';
import { LineageLog } from './lineage-log.ts';
import { LiveActor } from './live-actor.ts';
import { LiveActors } from './live-actors.ts';
import { openWatch } from './open-watch.ts';
import type { Queries } from './queries.ts';
import { drawingOf } from './recorded.ts';
import { createReplays, type Replays } from './replays.ts';
import { Reviews } from './reviews.ts';
import { createRewardAlerts } from './reward-alerts.ts';
import { createRollouts } from './rollouts.ts';
import type { RunningCampaign } from './running-campaign.ts';
import { createScenes, type Scenes } from './scenes.ts';
import { createSensing, type Sensing } from './sensing.ts';
import { createStatistics, type RunStatistics } from './statistics.ts';
import { createTakeoverTally } from './takeover-totals.ts';
import { Takeovers } from './takeovers.ts';
import { createViewers, type Viewers } from './viewers.ts';
import type { Watch } from './watch.ts';

/** More episodes than any run keeps. */
const ALL = 1_000_000;
/** Episodes that show a drift. */
const KEPT_OF_DRIFT = 5;

export interface RunParts {
  readonly options: RunOptions;
  readonly background: Background;
  readonly viewers: Viewers;
  readonly alerts: Alerts;
  readonly troubles: DiskTroubles;
  readonly statistics: RunStatistics;
  readonly lives: LiveActors;
  /** Those in threads of this process. */
  readonly rollouts: ActorThreads;
  /** All that act for the learner. */
  readonly actors: ActorLink;
  readonly learner: Learner;
  readonly lineage: LineageLog;
  readonly episodes: Episodes;
  readonly queries: Queries;
  readonly watch: Watch;
  readonly campaign: RunningCampaign;
  /** undefined: people answer everything. */
  readonly automation: Automation | undefined;
  /** Hears every report of the learner. */
  readonly hearReward: (metrics: Metrics) => void;
  readonly hearDrift: (metrics: Metrics) => void;
  readonly feedback: FeedbackLog;
  readonly reviews: Reviews;
  readonly takeovers: Takeovers;
  readonly scenes: Scenes;
  readonly replays: Replays;
  readonly sensing: Sensing;
}

/** Of which the audit log tells, too. */
function notedAlerts(
  viewers: Viewers,
  { run, storage, log }: RunOptions,
  background: Background,
): Alerts {
  return createAlerts(viewers.message, log, {
    runId: run.id,
    note: (event) => background.run('audit of an alert', storage.appendAudit([event])),
  });
}

/** No thread is started yet. */
export async function createParts(options: RunOptions): Promise<RunParts> {
  const { run, storage, log, environmentOptions, overrides } = options;
  const tally = createTakeoverTally(await storage.listEpisodes(run.id, ALL));
  const count = await storage.countFeedback(run.id);

  const background = new Background(log);
  const viewers = createViewers();
  const alerts = notedAlerts(viewers, options, background);
  const troubles = new DiskTroubles(alerts, log);
  const statistics = createStatistics();

  const { id: runId, environmentId, configHash, seed } = run;
  const acted = { runId, environmentId, environmentOptions, configHash, seed };
  const data = createActorData(acted, Date.now().toString(36));
  const createLive = (live: number) =>
    new LiveActor({ log, alerts, live, data: () => data('live') });
  const lives = new LiveActors(options.lives ?? 1, createLive);
  const rollouts = createRollouts({ count: options.rollouts, log, alerts, data });
  const learner = await createLearner(options, lives);

  const replays = createReplays(rollouts, log);
  const draw = isRecorded(environmentId) ? drawingOf(run, environmentOptions) : replays.draw;
  const episodes = createEpisodes({ storage, troubles, statistics, viewers, learner, draw });
  const { queries, watch, standings, campaign, automation } = await openWatch({
    ...{ options, episodes, background, learner, alerts, lives },
    controlDt: () => lives.facts.controlDt,
  });
  // Waiting queries were chosen before the alarm, and people must see the suspects first.
  const hearReward = createRewardAlerts(alerts, () => background.run('queries', queries.renew()));
  const feedback = new FeedbackLog(
    { run, storage, lives, learner, episodes, queries, statistics },
    count,
  );
  const shared = { runId: run.id, storage, queries, standings, learner, feedback };
  const reviews = await Reviews.open(shared);
  const takeovers = new Takeovers({
    runId: run.id,
    predictedSteps: options.policy ? 0 : predictedSteps(run.preset, overrides.learner),
    ...{ lives, rollouts, learner, episodes, feedback, viewers, tally, log },
  });
  const scenes = createScenes(rollouts);
  return {
    options,
    background,
    viewers,
    alerts,
    troubles,
    statistics,
    lives,
    rollouts,
    actors: await reach(options, alerts, rollouts),
    learner,
    lineage: new LineageLog({ runId: run.id, storage, troubles }),
    episodes,
    queries,
    ...{ watch, campaign, automation },
    hearReward,
    hearDrift: driftAlerts({ alerts, lives, background, episodes }),
    feedback,
    ...{ reviews, takeovers, scenes, replays, sensing: createSensing(rollouts) },
  };
}

function driftAlerts(
  parts: Pick<RunParts, 'alerts' | 'lives' | 'background' | 'episodes'>,
): RunParts['hearDrift'] {
  const { alerts, lives, background, episodes } = parts;
  return createDriftAlerts({
    ...{ alerts, namesOf: (part) => namesOf(part, lives) },
    onMoved: (since) => background.run('episodes of a drift', keepSince(episodes, since)),
  });
}

function namesOf(part: DriftPart, { facts }: Pick<LiveActors, 'facts'>): readonly string[] {
  if (part === 'observation') return facts.observationNames ?? [];
  return part === 'action' ? facts.actionNames : [];
}

/** The newest of those that began since then, so that they can be looked at later. */
async function keepSince({ recent, ensureWritten }: Episodes, since: number): Promise<void> {
  const behind = [...recent.values()].filter(
    ({ startedAt, origin }) => startedAt >= since && origin === 'experience',
  );
  await ensureWritten(behind.slice(-KEPT_OF_DRIFT).map(({ id }) => id));
}

/** The threads, and whoever acts on other machines. */
async function reach(
  { remote }: RunOptions,
  alerts: Alerts,
  threads: ActorThreads,
): Promise<ActorLink> {
  if (!remote) return threads;
  const link = await remote({
    raise: (message) => alerts.raise(alertOf('broker', {}, message)),
    clear: () => alerts.clear('broker', 'broker-lost'),
  });
  return joinLinks(threads, link);
}

async function createLearner(options: RunOptions, lives: LiveActors): Promise<Learner> {
  const { run, storage, log, environmentOptions, overrides, policy } = options;
  if (!policy)
    return new LearnerHandle({ run, overrides, environmentOptions, storage, lives, log });
  const points = await storage.readMetrics(run.id, 0, 1);
  return createStillLearner(policy.snapshot, run.engine, points.at(-1)?.environmentSteps ?? 0);
}
