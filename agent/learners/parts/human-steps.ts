/** Which steps count as a person's: feedback that says so, and its retraction. */
import type { EpisodeSource, Feedback, Segment } from '../../contract.ts';
import type { Replay } from '../../replay.ts';

export interface HumanSteps {
  /** Overrides, demonstrations and corrections mark steps; a retraction unmarks them. */
  apply(feedback: Feedback, episodes: EpisodeSource): void;
  save(): unknown;
  load(saved: unknown): void;
}

export function createHumanSteps(replay: Replay): HumanSteps {
  /** By feedback id, so that a retraction finds its steps. */
  const marked = new Map<string, Segment>();

  function mark(id: string, segment: Segment, episodes: EpisodeSource): void {
    if (marked.has(id)) return; // a retry
    marked.set(id, segment);
    const { episodeId, from, to } = segment;
    if (!replay.has(episodeId)) {
      const episode = episodes.get(episodeId);
      if (episode) replay.add(episode, from, Math.min(to, episode.length));
    }
    replay.setHuman(episodeId, from, to, true);
  }

  return {
    apply(feedback, episodes) {
      switch (feedback.kind) {
        case 'override': {
          const { episodeId, from, to } = feedback;
          mark(feedback.id, { episodeId, from, to }, episodes);
          break;
        }
        case 'demonstration':
          mark(feedback.id, feedback.segment, episodes);
          break;
        case 'correction':
          mark(feedback.id, feedback.corrected, episodes);
          break;
        case 'retraction': {
          const segment = marked.get(feedback.feedbackId);
          if (segment) replay.setHuman(segment.episodeId, segment.from, segment.to, false);
          marked.delete(feedback.feedbackId);
          break;
        }
        case 'reward':
        case 'preference':
        case 'ranking':
        case 'rating':
        case 'approval':
        case 'estop':
        case 'critique':
          break; // concern the reward model
      }
    },
    save: () => [...marked],
    load(saved) {
      marked.clear();
      for (const [id, segment] of saved as [string, Segment][]) marked.set(id, segment);
    },
  };
}
