import type { Episode } from '../../agent/contract.ts';

/** Buffers of a copied episode, its states included, for the transfer list. */
export function episodeBuffers(episode: Episode): ArrayBuffer[] {
  const columns = Object.values(episode).filter((value) => ArrayBuffer.isView(value));
  const states = episode.states.map(({ state }) => state);
  return [...columns, ...states].map((view) => view.buffer as ArrayBuffer);
}
