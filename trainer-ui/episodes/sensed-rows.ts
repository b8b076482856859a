/** What overlays show of stored episodes, fetched in pieces as they are looked at. */
import type { EpisodeSource } from '../core/episode-source.ts';

/** Rows of a piece: as many as a server sends at once. */
const PIECE = 50;

/** As `Stage` draws them; a row without any has none. */
export interface SensedRow {
  readonly contacts: Float32Array | undefined;
  readonly joints: Float32Array | undefined;
  readonly rays: Float32Array | undefined;
}

export interface SensedRows {
  /** undefined: not there yet, or it cannot be had. */
  at(row: number): SensedRow | undefined;
  /** Resolves once the row is there, or cannot be had. */
  fetch(row: number): Promise<void>;
  /** Why they cannot be had, in the server's words. */
  readonly failure: string | undefined;
}

/** @param rows of the episode: one more than steps */
export function createSensedRows(
  episodes: Pick<EpisodeSource, 'overlays'>,
  id: string,
  rows: number,
): SensedRows {
  const pieces = new Map<number, readonly SensedRow[]>();
  const coming = new Map<number, Promise<void>>();
  let failure: string | undefined;
  const pieceOf = (row: number) => Math.floor(Math.min(row, rows - 1) / PIECE);

  async function bring(piece: number): Promise<void> {
    const from = piece * PIECE;
    const to = Math.min(rows, from + PIECE);
    try {
      const { contacts, joints, rays } = await episodes.overlays(id, from, to);
      const known = Array.from({ length: to - from }, (_, i) => ({
        contacts: some(contacts[i]),
        joints: some(joints[i]),
        rays: some(rays[i]),
      }));
      pieces.set(piece, known);
    } catch (error) {
      failure = (error as Error).message;
    }
  }

  return {
    at: (row) => pieces.get(pieceOf(row))?.[Math.min(row, rows - 1) % PIECE],
    fetch(row) {
      const piece = pieceOf(row);
      const known = coming.get(piece) ?? bring(piece);
      coming.set(piece, known);
      return known;
    },
    get failure() {
      return failure;
    },
  };
}

const some = (numbers: readonly number[] | undefined): Float32Array | undefined =>
  numbers && numbers.length > 0 ? Float32Array.from(numbers) : undefined;
