/** Of which seeds the live simulation's episodes are. */
import { createRandom, type Random } from '../../sim/random.ts';
import type { ActorData } from './messages.ts';

export class Seeds {
  /** Of the coming episode, where a person asked for it. */
  next: number | undefined;
  readonly #train: ActorData['trainSeeds'];
  readonly #random: Random;

  constructor({ seed, trainSeeds }: Pick<ActorData, 'seed' | 'trainSeeds'>) {
    this.#train = trainSeeds;
    this.#random = createRandom(seed, 100);
  }

  /** Of the coming episode. */
  take(): number {
    const seed = this.next ?? this.any();
    this.next = undefined;
    return seed;
  }

  /** One of training. */
  any(): number {
    return this.#train.start + this.#random.integer(this.#train.count);
  }
}
