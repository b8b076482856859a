/**
 * Poses of episodes that came without them, as from actors on other machines: an actor of this process plays the episode
 * again once somebody is to look at it.
 */
import type { Episode } from '../../agent/contract.ts';
import { type Drawing, isReplayable } from '../../agent/episode/replay.ts';
import type { ActorThreads } from '../actors/actor-threads.ts';
import type { Log } from '../threads/log.ts';
import type { Draw } from './recorded.ts';

/** An actor may have to be started again first, ms. */
const PATIENCE = 20_000;

export interface Replays {
  /** As it is where it has poses, and where it cannot be given any. */
  readonly draw: Draw;
  /** @param drawing undefined: it went another way here */
  put(episodeId: string, drawing: Drawing | undefined): void;
  /** An actor can be asked; open requests are repeated, because an actor may have died. */
  ready(): void;
}

interface Waiting {
  readonly episode: Episode;
  readonly drawn: Promise<Episode>;
  settle(drawing: Drawing | undefined, failure: string): void;
}

export function createReplays(
  rollouts: Pick<ActorThreads, 'ask'>,
  log: Pick<Log, 'error'>,
  patience = PATIENCE,
): Replays {
  const waiting = new Map<string, Waiting>();
  const ask = ({ episode }: Waiting) => rollouts.ask({ type: 'replay', episode });

  function begin(episode: Episode): Waiting {
    const { id } = episode;
    const failed = (failure: string) => log.error({ episode: id }, failure);
    let settle: Waiting['settle'] = () => {};
    const drawn = new Promise<Episode>((resolve) => {
      const late = `no actor has played it again in ${patience} ms`;
      const timer = setTimeout(() => settle(undefined, late), patience).unref();
      settle = (drawing, failure) => {
        clearTimeout(timer);
        waiting.delete(id);
        if (!drawing) failed(failure);
        resolve({ ...episode, ...drawing });
      };
    });
    const begun = { episode, drawn, settle };
    waiting.set(id, begun);
    ask(begun);
    return begun;
  }

  return {
    async draw(episode) {
      if (!isReplayable(episode)) return episode;
      return (waiting.get(episode.id) ?? begin(episode)).drawn;
    },
    put(episodeId, drawing) {
      waiting.get(episodeId)?.settle(drawing, 'an episode goes another way here');
    },
    ready() {
      for (const each of waiting.values()) ask(each);
    },
  };
}
