/** What the trainer needs to know of an answer before anybody learns from it. */
import type { Feedback } from '../contract.ts';

/** Episodes that feedback is about. */
export function episodesOf(feedback: Feedback): string[] {
  switch (feedback.kind) {
    case 'preference':
      return [feedback.a.episodeId, feedback.b.episodeId];
    case 'ranking':
      return feedback.segments.map((s) => s.episodeId);
    case 'rating':
    case 'demonstration':
      return [feedback.segment.episodeId];
    case 'correction':
      return [feedback.segment.episodeId, feedback.corrected.episodeId];
    case 'override':
      return [
        feedback.episodeId,
        ...(feedback.counterfactual ? [feedback.counterfactual.episodeId] : []),
      ];
    case 'reward':
    case 'estop':
    case 'critique':
      return [feedback.episodeId];
    case 'approval':
    case 'retraction':
      return [];
  }
}
