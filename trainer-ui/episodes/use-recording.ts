/** An episode as it is fetched: pictures in pieces, what was done in pages. */
import { useEffect, useState } from 'react';
import type { Clip, EpisodeReply, SessionEvent } from '../../server/protocol/index.ts';
import { useClient } from '../context.ts';
import type { Client } from '../core/client.ts';
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

export function useRecording(id: string, first: number) {
  const client = useClient();
  const [recording, setRecording] = useState<Recording>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isOver = false;
    const show = (next: (old: Recording | undefined) => Recording | undefined) =>
      !isOver && setRecording(next);
    fetchRecording(client, id, first, show, () => isOver).catch(
      (e: Error) => !isOver && setError(e.message),
    );
    return () => {
      isOver = true;
    };
  }, [client, id, first]);
  return { recording, error };
}

/** The piece with the moment that is looked at comes first, then the others in order. */
async function fetchRecording(
  client: Client,
  id: string,
  first: number,
  show: (next: (old: Recording | undefined) => Recording | undefined) => void,
  isOver: () => boolean,
): Promise<void> {
  const row = await client.episodes.find(id);
  const count = Math.ceil(row.length / PIECE);
  show(() => ({ row, pieces: Array(count).fill(undefined), steps: [], events: [] }));
  client.episodes.steps(id).then(
    (steps) => show((old) => old && { ...old, steps }),
    () => {}, // without them there are pictures and no bars
  );
  client.episodes.events(id).then(
    (events) => show((old) => old && { ...old, events }),
    () => {},
  );
  const wanted = Math.min(count - 1, Math.floor(first / PIECE));
  const order = [wanted, ...Array.from({ length: count }, (_, i) => i).filter((i) => i !== wanted)];
  for (const i of order) {
    if (isOver()) return;
    const piece = await client.clip({
      episodeId: id,
      from: i * PIECE,
      to: Math.min(row.length, (i + 1) * PIECE),
    });
    show((old) => old && { ...old, pieces: old.pieces.with(i, piece) });
  }
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
