/** Episodes that actors have begun and not ended: when one goes, nothing waits for the rest of its own. */
import { abortAfter, type EpisodeChunk } from '../../agent/episode/chunks.ts';

export class OpenEpisodes {
  /** By actor and episode, how it would end now. */
  readonly #ends = new Map<string, Map<string, EpisodeChunk>>();

  /** Before the chunk's arrays are passed on. */
  note(actor: string, chunk: EpisodeChunk): void {
    const own = this.#ends.get(actor) ?? new Map<string, EpisodeChunk>();
    this.#ends.set(actor, own);
    if (chunk.end === 'open') own.set(chunk.id, abortAfter(chunk));
    else own.delete(chunk.id);
  }

  /** The last chunks of what it leaves open. */
  leave(actor: string): EpisodeChunk[] {
    const own = this.#ends.get(actor);
    this.#ends.delete(actor);
    return own ? [...own.values()] : [];
  }
}
