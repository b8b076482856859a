/** Scenes as ready-made messages by number; an actor is asked for those that are not there yet. */
import type { SceneDescription } from '../../sim/contract.ts';
import type { ActorThreads } from '../actors/actor-threads.ts';
import { sceneIdOf } from '../actors/scene-id.ts';
import { packScene } from '../protocol/index.ts';

/** Scenes kept; a clip of an older one asks again. */
const KEPT = 24;
/** An actor may have to be started again first, ms. */
const PATIENCE = 20_000;

export interface Scenes {
  put(sceneId: number, scene: SceneDescription): void;
  /** @throws Error when no actor has described it in time. */
  message(sceneId: number, seed: number): Promise<string>;
  /** Number of the scene that an episode with this seed has. */
  idOf(seed: number): number;
  /** An actor can be asked; open requests are repeated, because an actor may have died. `oneScene`: whatever the seed. */
  ready(oneScene: boolean): void;
}

interface Waiting {
  readonly seed: number;
  readonly others: { resolve(text: string): void; reject(error: Error): void }[];
  readonly timer: NodeJS.Timeout;
}

export function createScenes(rollouts: Pick<ActorThreads, 'ask'>, patience = PATIENCE): Scenes {
  const texts = new Map<number, string>();
  const waiting = new Map<number, Waiting>();
  let isOneScene = false;

  function ask(sceneId: number, seed: number): void {
    rollouts.ask({ type: 'scene', sceneId, seed });
  }

  function take(sceneId: number): Waiting['others'] {
    const found = waiting.get(sceneId);
    clearTimeout(found?.timer);
    waiting.delete(sceneId);
    return found?.others ?? [];
  }

  function giveUp(sceneId: number): void {
    const error = new Error(`scene ${sceneId}: not described by any actor in ${patience} ms`);
    for (const { reject } of take(sceneId)) reject(error);
  }

  return {
    put(sceneId, scene) {
      const text = JSON.stringify({ type: 'scene', sceneId, scene: packScene(scene) });
      texts.delete(sceneId);
      if (texts.size >= KEPT) texts.delete(texts.keys().next().value!);
      texts.set(sceneId, text);
      for (const { resolve } of take(sceneId)) resolve(text);
    },
    message(sceneId, seed) {
      const text = texts.get(sceneId);
      if (text !== undefined) return Promise.resolve(text);
      return new Promise((resolve, reject) => {
        const known = waiting.get(sceneId);
        if (known) {
          known.others.push({ resolve, reject });
          return;
        }
        const timer = setTimeout(() => giveUp(sceneId), patience).unref();
        waiting.set(sceneId, { seed, others: [{ resolve, reject }], timer });
        ask(sceneId, seed);
      });
    },
    idOf: (seed) => sceneIdOf(seed, isOneScene),
    ready(oneScene) {
      isOneScene = oneScene;
      for (const [sceneId, { seed }] of waiting) ask(sceneId, seed);
    },
  };
}
