/** An episode as far as it has been fetched. */
import type { Clip, EpisodeReply, SessionEvent } from '../../server/protocol/index.ts';
import type { EpisodeSteps } from '../core/episode-source.ts';

/** Steps of a piece: the first picture must not wait for the whole episode. */
export const PIECE = 100;

export interface Recording {
  readonly row: EpisodeReply;
  /** In order; those not fetched yet are missing. */
  readonly pieces: readonly (Clip | undefined)[];
  readonly steps: readonly EpisodeSteps[];
  readonly events: readonly SessionEvent[];
}

/** The piece with a row of the episode, and the row's place in it; undefined while it is not there. */
export function rowAt(
  { pieces }: Pick<Recording, 'pieces'>,
  row: number,
): { readonly piece: Clip; readonly at: number } | undefined {
  const i = Math.min(pieces.length - 1, Math.floor(row / PIECE));
  const piece = pieces[i];
  return piece && { piece, at: Math.min(piece.rows - 1, row - i * PIECE) };
}
