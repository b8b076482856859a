/** Where an episode came from, for those recorded before `Episode.origin` existed. */
import type { EpisodeOrigin } from '../contract.ts';

/** Reads the origin from an id as those versions built it. For old files only. */
export function originOfOldId(episodeId: string): EpisodeOrigin {
  if (/-cf\d+$/.test(episodeId)) return 'counterfactual';
  return /-cf\d+-paths$/.test(episodeId) ? 'prediction' : 'experience';
}
