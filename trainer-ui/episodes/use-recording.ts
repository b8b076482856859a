/** An episode as it is fetched: pictures in pieces, what was done in pages. */
import { useEffect, useState } from 'react';
import { useClient } from '../context.ts';
import type { Client } from '../core/client.ts';
import { PIECE, type Recording } from './recording.ts';

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
