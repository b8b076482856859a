import type { Episode } from '../../agent/contract.ts';
import { buffersOf } from '../../agent/episode/columns.ts';

/** Buffers of a copied episode, its states included, for the transfer list. */
export function episodeBuffers(episode: Episode): ArrayBuffer[] {
  return [...buffersOf(episode), ...episode.states.map(({ state }) => state.buffer as ArrayBuffer)];
}
