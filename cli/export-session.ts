/** Episodes of a run as a folder that plays them in a browser, without a server. */
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Episode, Feedback } from '../agent/contract.ts';
import { UsageError } from '../experiments/errors.ts';
import { factsOf } from '../server/actors/facts.ts';
import { hasOneScene, sceneIdOf } from '../server/actors/scene-id.ts';
import { describeEnvironment } from '../server/actors/wire-environment.ts';
import { stepsOf } from '../server/connection/episode-routes.ts';
import {
  encodeSession,
  type RecordedSession,
  type SessionEpisode,
} from '../server/protocol/index.ts';
import type { EpisodeRow, Run, Storage } from '../server/storage/contract.ts';
import type { Environment, SceneDescription } from '../sim/contract.ts';
import { getEnvironment } from '../sim/registry.ts';
import { markExport, writeFolder } from './datasets/folder.ts';
import { withTrainer } from './run-trainer.ts';
import { eventsOf } from './session-events.ts';

export interface SessionOptions {
  readonly out: string;
  /** Folder of the built page. */
  readonly page: string;
  /** How many at most. */
  readonly episodes: number;
  /** These, by id, in place of the newest. */
  readonly ids?: readonly string[];
}

export interface SessionResult {
  readonly run: string;
  readonly out: string;
  readonly episodes: number;
  readonly steps: number;
  readonly events: number;
  /** Of the recording, as it is fetched. */
  readonly bytes: number;
}

type Rewards = (episode: Episode) => Pick<SessionEpisode, 'learnedRewards' | 'disagreements'>;

/** Who said something is left out, and so is what they wrote. @throws UsageError where there is nothing to show */
export async function exportSession(
  storage: Storage,
  run: Run,
  options: SessionOptions,
): Promise<SessionResult> {
  const kept = await chosenEpisodes(storage, run, options);
  const env = await environmentOf(run);
  try {
    const session = await learnedRewards(storage, run, async (rewards) =>
      recorded(
        run,
        env,
        kept,
        (await storage.readFeedback(run.id, 0)).map((f) => f.feedback),
        rewards,
      ),
    );
    const packed = gzipSync(encodeSession(session), { level: 9 });
    const result = {
      run: run.id,
      out: options.out,
      episodes: kept.length,
      steps: kept.reduce((sum, { episode }) => sum + episode.length, 0),
      events: session.episodes.reduce((sum, { events }) => sum + events.length, 0),
      bytes: packed.length,
    };
    await writeFolder(options.out, async (folder) => {
      for (const name of readdirSync(options.page))
        cpSync(join(options.page, name), join(folder.path, name), { recursive: true });
      folder.write(packed, 'session.bin');
      markExport(folder, { format: 'session', ...result });
    });
    return result;
  } finally {
    env.close();
  }
}

interface Kept {
  readonly row: EpisodeRow;
  readonly episode: Episode;
}

/** The newest in which people drove, then the newest others; in the order in which they happened. */
async function chosenEpisodes(
  storage: Storage,
  run: Run,
  { episodes, ids }: SessionOptions,
): Promise<Kept[]> {
  const page = { sort: 'startedAt', descending: true, offset: 0, limit: 1000 } as const;
  const { rows } = await storage.pageEpisodes(run.id, { ...page, filter: {} });
  const lost = ids?.filter((id) => !rows.some((row) => row.id === id)) ?? [];
  if (lost.length > 0)
    throw new UsageError(
      `episode: ${lost.join(', ')} is not in ${run.id}, allowed ids of its episodes`,
    );
  const wanted = ids
    ? rows.filter(({ id }) => ids.includes(id))
    : [...rows.filter((r) => r.humanSteps > 0), ...rows.filter((r) => r.humanSteps === 0)];
  const kept: Kept[] = [];
  for (const row of wanted) {
    if (kept.length === (ids?.length ?? episodes)) break;
    const episode = await storage.getEpisode(row.id);
    if (!episode || episode.length === 0 || episode.poses.length === 0) continue;
    if (episode.pictures)
      throw new UsageError(
        `run: ${run.id} is drawn by its environment's own pictures, allowed runs drawn from poses: a recorded session holds no others`,
      );
    kept.push({ row, episode });
  }
  if (kept.length === 0)
    throw new UsageError(
      `run: ${run.id} has no episode with poses, allowed runs of serve or of train --data`,
    );
  return kept.sort((a, b) => a.row.startedAt - b.row.startedAt);
}

async function environmentOf(run: Run): Promise<Environment> {
  try {
    const { environmentId, identity, places } = run;
    return await getEnvironment(environmentId).create({ ...identity?.options, ...places });
  } catch (error) {
    throw new UsageError(
      `run: the environment of ${run.id} cannot be made: ${(error as Error).message}`,
    );
  }
}

/** `work` is given what the run's reward model says, where it has one that can be read. */
async function learnedRewards<T>(
  storage: Storage,
  run: Run,
  work: (rewards: Rewards | undefined) => Promise<T>,
): Promise<T> {
  const isOfFiles = run.identity !== undefined && run.identity.files.length > 0;
  if (isOfFiles || !(await storage.getCheckpoint(run.id))) return work(undefined);
  return withTrainer(storage, run, (trainer) => {
    const model = trainer.rewardModel();
    if (!model) return work(undefined);
    return work(({ observations, actions, length }) => {
      const out = new Float32Array(length);
      const rounded = () => Array.from(out, (value) => Math.round(value * 1000) / 1000);
      model.predict(observations, actions, length, out);
      const rewards = rounded();
      model.disagreement(observations, actions, length, out);
      return { learnedRewards: rewards, disagreements: rounded() };
    });
  });
}

function recorded(
  run: Run,
  env: Environment,
  kept: readonly Kept[],
  feedback: readonly Feedback[],
  rewards: Rewards | undefined,
): RecordedSession {
  const { id, name, preset, seed, createdAt, environmentId } = run;
  const oneScene = hasOneScene(env, kept[0]!.episode.seed);
  const scenes: Record<number, SceneDescription> = {};
  const episodes = kept.map(({ row, episode }): SessionEpisode => {
    const sceneId = sceneIdOf(episode.seed, oneScene);
    if (!(sceneId in scenes)) {
      env.reset(episode.seed);
      scenes[sceneId] = env.scene;
    }
    const {
      from: _from,
      to: _to,
      length: _length,
      ...steps
    } = stepsOf(episode, 0, episode.length, false);
    const { runId: _runId, ...facts } = row;
    return {
      ...facts,
      sceneId,
      steps,
      success: episode.successes.at(-1) === 1,
      ...rewards?.(episode),
      events: eventsOf(episode.id, episode.length, feedback),
    };
  });
  return {
    run: { id, preset, seed, createdAt, ...(name === undefined ? {} : { name }) },
    environment: describeEnvironment(factsOf(environmentId, env)),
    scenes,
    episodes,
    poses: kept.map(({ episode }) => episode.poses),
  };
}
