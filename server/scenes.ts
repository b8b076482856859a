/** Scenes as ready-made messages by number; asked of an actor when nobody has shown them yet. */
import type { SceneDescription } from '../sim/contract.ts';
import { packScene } from './protocol/index.ts';

/** Scenes kept; a clip of an older one asks again. */
const KEPT = 24;

export interface Scenes {
  put(sceneId: number, scene: SceneDescription): void;
  message(sceneId: number, seed: number): Promise<string>;
}

export function createScenes(ask: (sceneId: number, seed: number) => void): Scenes {
  const texts = new Map<number, string>();
  const waiting = new Map<number, ((text: string) => void)[]>();
  return {
    put(sceneId, scene) {
      const text = JSON.stringify({ type: 'scene', sceneId, scene: packScene(scene) });
      if (texts.size >= KEPT) texts.delete(texts.keys().next().value!);
      texts.set(sceneId, text);
      for (const resolve of waiting.get(sceneId) ?? []) resolve(text);
      waiting.delete(sceneId);
    },
    message(sceneId, seed) {
      const text = texts.get(sceneId);
      if (text !== undefined) return Promise.resolve(text);
      return new Promise((resolve) => {
        const others = waiting.get(sceneId);
        if (others) others.push(resolve);
        else {
          waiting.set(sceneId, [resolve]);
          ask(sceneId, seed);
        }
      });
    },
  };
}
