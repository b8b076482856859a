/** What overlays show of an episode that is over: an actor of this process plays it again. */
import type { Episode } from '../../agent/contract.ts';
import type { ActorThreads } from '../actors/actor-threads.ts';
import { type Sensed, type Stretch, stretchOf } from '../actors/sense-again.ts';
import { RunError } from '../contract.ts';

/** An actor may have to be started again first, ms. */
const PATIENCE = 20_000;

export interface Sensing {
  /** Rows [from, to) of `length + 1`. @throws RunError saying why they cannot be had */
  of(episode: Episode, from: number, to: number): Promise<Sensed>;
  /** @param sensed undefined: it went another way here */
  put(tag: number, sensed: Sensed | undefined): void;
  /** An actor can be asked; open requests are repeated, because an actor may have died. */
  ready(): void;
}

interface Waiting {
  readonly stretch: Stretch;
  settle(sensed: Sensed | Error): void;
}

export function createSensing(rollouts: Pick<ActorThreads, 'ask'>, patience = PATIENCE): Sensing {
  const waiting = new Map<number, Waiting>();
  let asked = 0;

  function settle(tag: number, sensed: Sensed | Error): void {
    waiting.get(tag)?.settle(sensed);
    waiting.delete(tag);
  }

  return {
    async of(episode, from, to) {
      const stretch = stretchOf(episode, from, to);
      if (!stretch)
        throw cannot(episode, 'it began in the middle of another, and no state is kept');
      const tag = ++asked;
      return new Promise((resolve, reject) => {
        const late = cannot(episode, `no actor has played it again in ${patience} ms`);
        const timer = setTimeout(() => settle(tag, late), patience).unref();
        waiting.set(tag, {
          stretch,
          settle(sensed) {
            clearTimeout(timer);
            if (sensed instanceof Error) reject(sensed);
            else resolve(sensed);
          },
        });
        rollouts.ask({ type: 'sense', tag, stretch });
      });
    },
    ready() {
      for (const [tag, { stretch }] of waiting) rollouts.ask({ type: 'sense', tag, stretch });
    },
    put(tag, sensed) {
      settle(
        tag,
        sensed ?? new RunError('unknown-episode', 'played again, it goes another way here'),
      );
    },
  };
}

const cannot = ({ id }: Episode, why: string) => new RunError('unknown-episode', `${id}: ${why}`);
