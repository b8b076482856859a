/** Copies of whole episodes, for keeping and for sending. */
import type { Episode } from '../contract.ts';
import { keptSizes, sliceColumns } from './columns.ts';

/** A copy with arrays of its own, trimmed to its length, so that they can be transferred (`buffersOf`). */
export function copyEpisode(episode: Episode): Episode {
  return {
    ...episode,
    ...sliceColumns(episode, 0, episode.length, keptSizes(episode)),
    states: episode.states.map((s) => ({ step: s.step, state: s.state.slice() })),
    summary: { ...episode.summary },
  };
}
