/** Which steps count as a person's: feedback that says so, and its retraction. */
import type { EpisodeSource, Feedback, Segment } from '../../contract.ts';
import type { Replay } from '../../replay/replay.ts';

export interface HumanSteps {
  /**
   * Overrides, demonstrations and corrections mark steps; a retraction unmarks them. Returns whether
   * it did either, now or when the same came before.
   */
  apply(feedback: Feedback, episodes: EpisodeSource): boolean;
  save(): unknown;
  load(saved: unknown): void;
}

export function createHumanSteps(replay: Replay): HumanSteps {
  /** By feedback id, so that a retraction finds its steps. */
  const marked = new Map<string, Segment>();

  function mark(id: string, segment: Segment, episodes: EpisodeSource): true {
    if (marked.has(id)) return true; // a retry
    marked.set(id, segment);
    const { episodeId, from, to } = segment;
    if (!replay.has(episodeId)) {
      const episode = episodes.get(episodeId);
      if (episode) replay.add(episode, from, Math.min(to, episode.length));
    }
    replay.setHuman(episodeId, from, to, true);
    return true;
  }

  return {
    apply(feedback, episodes) {
      switch (feedback.kind) {
        case 'override': {
          const { episodeId, from, to } = feedback;
          return mark(feedback.id, { episodeId, from, to }, episodes);
        }
        case 'demonstration':
          return mark(feedback.id, feedback.segment, episodes);
        case 'correction':
          return mark(feedback.id, feedback.corrected, episodes);
        case 'retraction': {
          const segment = marked.get(feedback.feedbackId);
          if (segment) replay.setHuman(segment.episodeId, segment.from, segment.to, false);
          return marked.delete(feedback.feedbackId);
        }
        case 'reward':
        case 'preference':
        case 'ranking':
        case 'rating':
        case 'approval':
        case 'estop':
        case 'critique':
        case 'counterfactual':
          return false; // concern the reward model
      }
    },
    save: () => [...marked],
    load(saved) {
      marked.clear();
      for (const [id, segment] of saved as [string, Segment][]) marked.set(id, segment);
    },
  };
}
