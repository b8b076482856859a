/** Episodes of a run: to disk, in memory for clips, concluded once they end. */
import type { Episode, Segment } from '../../agent/contract.ts';
import { countHumanSteps } from '../../agent/episode/chunks.ts';
import { bytesOf } from '../../agent/episode/columns.ts';
import type { PredictedReward } from '../../agent/trainer/contract.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import type { EpisodeSummary } from '../protocol/index.ts';
import type { Storage } from '../storage/contract.ts';
import type { DiskTroubles } from './disk-troubles.ts';
import type { Draw } from './recorded.ts';
import type { RunStatistics } from './statistics.ts';
import type { Viewers } from './viewers.ts';

/** Episodes kept in memory, so that queries about them are shown at once; older ones are read from disk. */
const RECENT = 60;
const RECENT_BYTES = 16e6;
const SUMMARIES = 100;
/** How long to wait for a learned return, ms: a learner that is busy or being restarted does not answer at once. */
const RETURN_WAIT = 5000;
/** A person waits for a clip: better without learned rewards than late, ms. */
const CLIP_WAIT = 400;

export interface Episodes {
  readonly recent: ReadonlyMap<string, Episode>;
  /** Of those that are kept in memory. */
  readonly bytes: number;
  readonly summaries: readonly EpisodeSummary[];
  /** As it came. */
  find(id: string): Promise<Episode | undefined>;
  /** With poses, where it can be given any. */
  drawn(id: string): Promise<Episode | undefined>;
  remember(episode: Episode): void;
  /** Keeps it on disk, with poses, and in memory; false: it could not be written, and people have been told. */
  keep(episode: Episode, isLive: boolean): Promise<boolean>;
  /**
   * Resolves once all that is known of them is on disk: feedback refers to them.
   * @throws Error naming the one that could not be written
   */
  ensureWritten(ids: readonly string[]): Promise<void>;
  /** What could not be written is tried again, oldest first, until the disk refuses. */
  retry(): Promise<void>;
  conclude(episode: Episode, endReason: string, isLive: boolean): Promise<void>;
  /** Learned reward and disagreement per step; undefined where the learner has none, or none in time. */
  predict(segment: Segment): Promise<PredictedReward | undefined>;
  /** The learner answered `predict` with this tag. */
  predicted(tag: string, predicted: PredictedReward | undefined): void;
}

export function createEpisodes(options: {
  readonly storage: Storage;
  readonly troubles: Pick<DiskTroubles, 'failed' | 'written'>;
  readonly statistics: RunStatistics;
  readonly viewers: Pick<Viewers, 'message'>;
  readonly learner: Pick<LearnerHandle, 'predict'>;
  /** Default: as it is. */
  readonly draw?: Draw;
}): Episodes {
  const { storage, troubles, statistics, viewers, learner, draw = async (e) => e } = options;
  const recent = new Map<string, Episode>();
  let bytes = 0;
  const summaries: EpisodeSummary[] = [];
  const waiting = new Map<string, (predicted: PredictedReward | undefined) => void>();
  let asked = 0;
  /** Newer than what is on disk. */
  const unwritten = new Map<string, { readonly episode: Episode; readonly isLive: boolean }>();

  function forget(id: string): void {
    const known = recent.get(id);
    if (!known) return;
    recent.delete(id);
    bytes -= bytesOf(known, known.pictures);
  }

  async function withPoses(episode: Episode): Promise<Episode> {
    const drawn = await draw(episode);
    if (drawn !== episode && recent.get(episode.id) === episode) episodes.remember(drawn);
    return drawn;
  }

  function predict(segment: Segment, patience: number): Promise<PredictedReward | undefined> {
    return new Promise((resolve) => {
      const tag = `episode-${++asked}`;
      const timer = setTimeout(() => settle(tag, undefined), patience).unref();
      waiting.set(tag, (predicted) => {
        clearTimeout(timer);
        resolve(predicted);
      });
      learner.predict(tag, segment);
    });
  }

  function settle(tag: string, predicted: PredictedReward | undefined): void {
    const resolve = waiting.get(tag);
    waiting.delete(tag);
    resolve?.(predicted);
  }

  async function learnedReturn(episode: Episode): Promise<number | null> {
    if (episode.origin === 'recording') return null; // nothing has learned of it
    const whole = { episodeId: episode.id, from: 0, to: episode.length };
    const predicted = await predict(whole, RETURN_WAIT);
    return predicted ? predicted.rewards.reduce((a, b) => a + b, 0) : null;
  }

  const episodes: Episodes = {
    recent,
    get bytes() {
      return bytes;
    },
    summaries,
    async find(id) {
      return recent.get(id) ?? (await storage.getEpisode(id));
    },
    async drawn(id) {
      const found = await episodes.find(id);
      return found && withPoses(found);
    },
    remember(episode) {
      forget(episode.id);
      recent.set(episode.id, episode);
      bytes += bytesOf(episode, episode.pictures);
      while (recent.size > 1 && (recent.size > RECENT || bytes > RECENT_BYTES))
        forget(recent.keys().next().value!);
    },
    async keep(episode, isLive) {
      episodes.remember(episode);
      unwritten.set(episode.id, { episode, isLive });
      try {
        await storage.putEpisode(await withPoses(episode), { live: isLive });
      } catch (error) {
        if (unwritten.size > RECENT) unwritten.delete(unwritten.keys().next().value!);
        troubles.failed('an episode', error);
        return false;
      }
      if (unwritten.get(episode.id)?.episode === episode) unwritten.delete(episode.id);
      troubles.written('an episode');
      return true;
    },
    async ensureWritten(ids) {
      for (const id of ids) {
        const late = unwritten.get(id);
        const episode = late?.episode ?? recent.get(id);
        if (!episode || (!late && (await storage.findEpisode(id)))) continue;
        if (!(await episodes.keep(episode, late?.isLive ?? false)))
          throw new Error(`episode ${id} is not on disk`);
      }
    },
    async retry() {
      for (const { episode, isLive } of unwritten.values())
        if (!(await episodes.keep(episode, isLive))) return;
    },
    async conclude(episode, endReason, isLive) {
      const summary: EpisodeSummary = {
        episodeId: episode.id,
        seed: episode.seed,
        length: episode.length,
        end: episode.end,
        endReason,
        live: isLive,
        return: episode.summary.return ?? 0,
        learnedReturn: await learnedReturn(episode),
        cost: episode.summary.cost ?? 0,
        success: episode.summary.success === 1,
        humanSteps: countHumanSteps(episode.sources),
        clippedActions: episode.summary.clippedActions ?? 0,
        askedSteps: episode.summary.askedSteps ?? 0,
        policyVersion: episode.policyVersions[episode.length - 1] ?? 0,
        endedAt: Date.now(),
      };
      summaries.push(summary);
      if (summaries.length > SUMMARIES) summaries.shift();
      // People's episodes would flatter the policy; aborted ones say nothing of it.
      if (summary.humanSteps === 0 && episode.end !== 'aborted') statistics.episode(summary);
      viewers.message({ type: 'episode', episode: summary });
    },
    predict: (segment) => predict(segment, CLIP_WAIT),
    predicted: settle,
  };
  return episodes;
}
