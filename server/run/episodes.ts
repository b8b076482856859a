/** Episodes of a run: to disk, in memory for clips, concluded once they end. */
import type { Episode, Segment } from '../../agent/contract.ts';
import { countHumanSteps } from '../../agent/episode/chunks.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import { alertOf, type EpisodeSummary } from '../protocol/index.ts';
import type { Storage } from '../storage/contract.ts';
import type { Log } from '../threads/log.ts';
import type { Alerts } from './alerts.ts';
import type { RunStatistics } from './statistics.ts';
import type { Viewers } from './viewers.ts';

/** Finished episodes kept in memory, so that questions about them can be shown. */
const RECENT = 60;
const SUMMARIES = 100;
/** A learner that is busy or being restarted does not answer at once: so long is a return waited for, ms. */
const RETURN_WAIT = 5000;
/** A person waits for a clip: better without learned rewards than late, ms. */
const CLIP_WAIT = 400;

export interface Episodes {
  readonly recent: ReadonlyMap<string, Episode>;
  readonly summaries: readonly EpisodeSummary[];
  find(id: string): Promise<Episode | undefined>;
  remember(episode: Episode): void;
  /** To disk, and in memory; false: it could not be written, which people have been told. */
  keep(episode: Episode, isLive: boolean): Promise<boolean>;
  /** Those of them that are in memory only are written too: feedback refers to them. */
  keepNamed(ids: readonly string[]): Promise<void>;
  conclude(episode: Episode, endReason: string, isLive: boolean): Promise<void>;
  /** Learned reward per step; undefined where the learner has none, or none in time. */
  predict(segment: Segment): Promise<Float32Array | undefined>;
  /** The learner answered `predict` with this tag. */
  predicted(tag: string, values: Float32Array | undefined): void;
}

export function createEpisodes(options: {
  readonly storage: Storage;
  readonly log: Log;
  readonly statistics: RunStatistics;
  readonly viewers: Pick<Viewers, 'message'>;
  readonly alerts: Pick<Alerts, 'raise' | 'clear'>;
  readonly learner: Pick<LearnerHandle, 'predict'>;
}): Episodes {
  const { storage, log, statistics, viewers, alerts, learner } = options;
  const recent = new Map<string, Episode>();
  const summaries: EpisodeSummary[] = [];
  const waiting = new Map<string, (values: Float32Array | undefined) => void>();
  let asked = 0;
  let failing = false;

  function predict(segment: Segment, patience: number): Promise<Float32Array | undefined> {
    return new Promise((resolve) => {
      const tag = `episode-${++asked}`;
      const timer = setTimeout(() => settle(tag, undefined), patience).unref();
      waiting.set(tag, (values) => {
        clearTimeout(timer);
        resolve(values);
      });
      learner.predict(tag, segment);
    });
  }

  function settle(tag: string, values: Float32Array | undefined): void {
    const resolve = waiting.get(tag);
    waiting.delete(tag);
    resolve?.(values);
  }

  async function learnedReturn(episode: Episode): Promise<number | null> {
    const whole = { episodeId: episode.id, from: 0, to: episode.length };
    const values = await predict(whole, RETURN_WAIT);
    return values ? values.reduce((a, b) => a + b, 0) : null;
  }

  const episodes: Episodes = {
    recent,
    summaries,
    find: async (id) => recent.get(id) ?? (await storage.getEpisode(id)),
    remember(episode) {
      recent.delete(episode.id);
      recent.set(episode.id, episode);
      if (recent.size > RECENT) recent.delete(recent.keys().next().value!);
    },
    async keep(episode, isLive) {
      episodes.remember(episode);
      try {
        await storage.putEpisode(episode, { live: isLive });
        if (!failing) return true;
        failing = false;
        alerts.clear('storage', 'storage-failed');
        return true;
      } catch (error) {
        failing = true;
        log.error({ error: String(error) }, 'an episode could not be written');
        const message = `An episode could not be written: ${(error as Error).message}`;
        alerts.raise(alertOf('storage', {}, message));
        return false;
      }
    },
    async keepNamed(ids) {
      for (const id of ids) {
        const episode = recent.get(id);
        if (episode && !(await storage.findEpisode(id))) await episodes.keep(episode, false);
      }
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
