/** Which clip is better in truth: the one out of the episode that the environment itself rewarded more per step. */
import { createHash } from 'node:crypto';
import type { WireQuery } from '../../server/protocol/index.ts';
import type { EpisodeRow } from '../../server/storage/contract.ts';

type Segment = WireQuery['segments'][number];

const EPISODES = 1000;
/** Time between two looks at the server's episodes, ms. */
const LOOK_EVERY = 1000;

export class Truth {
  readonly #ask: (path: string) => Promise<unknown>;
  readonly #perStep = new Map<string, number>();
  #looked = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> = Promise.resolve();

  /** @param ask fetches a path of the server as JSON */
  constructor(ask: (path: string) => Promise<unknown>) {
    this.#ask = ask;
  }

  async better([a, b]: readonly Segment[]): Promise<'a' | 'b'> {
    const known = [a!, b!].every(({ episodeId }) => this.#perStep.has(episodeId));
    if (!known) await this.#look();
    return this.#worth(a!) >= this.#worth(b!) ? 'a' : 'b';
  }

  /** What the environment does not tell apart is told apart by name: everybody has the same truth. */
  #worth({ episodeId, from }: Segment): number {
    const tie =
      createHash('sha256').update(`${episodeId} ${from}`).digest().readUInt32BE() / 2 ** 32;
    return (this.#perStep.get(episodeId) ?? 0) + 1e-6 * tie;
  }

  #look(): Promise<void> {
    const now = performance.now();
    if (now - this.#looked < LOOK_EVERY) return this.#looking;
    this.#looked = now;
    this.#looking = this.#ask(`/api/episodes?limit=${EPISODES}`).then((rows) => {
      for (const { id, length, summary } of rows as EpisodeRow[])
        this.#perStep.set(id, (summary.return ?? 0) / Math.max(1, length));
    });
    return this.#looking;
  }
}
