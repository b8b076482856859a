/** What the page knows of the live simulations: their newest frames, scenes and paths, and which one is in focus. */
import {
  type ClientMessage,
  decodeFrame,
  decodePath,
  decodeRays,
  type Frame,
  type PredictedPath,
  type SceneDescription,
  type SensedRays,
  type ServerMessage,
  unpackScene,
} from '../../server/protocol/index.ts';
import { createFrameBuffer, type FrameBuffer } from './frame-buffer.ts';
import type { AppStore } from './store.ts';

/** Besides those of the live simulations. */
const SCENES_KEPT = 12;
/** Pictures are drawn a little late. */
const RAYS_KEPT = 16;

export interface Lives {
  /** Of the one in focus. */
  readonly frames: FrameBuffer;
  /** The agent's predicted path in focus, newest first seen. */
  readonly path: PredictedPath | undefined;
  /** What the agent in focus sensed at the step on screen, or the last before it that is known. */
  raysAt(shown: Pick<Frame, 'episodeNumber' | 'step'>): SensedRays | undefined;
  /** The newest frame of each live simulation by its number: of those that are not in focus, only some. */
  readonly tiles: ReadonlyMap<number, Frame>;
  scene(sceneId: number): SceneDescription | undefined;
  /** Moves the focus to another live simulation; the controls are let go of. */
  focus(live: number): void;
  /** Whether small pictures of the others are wanted. */
  wantWall(isWanted: boolean): void;
}

/** With what the client tells it. */
export interface ToldLives extends Lives {
  onFrame(buffer: ArrayBuffer): void;
  onPath(buffer: ArrayBuffer): void;
  onRays(buffer: ArrayBuffer): void;
  onScene(message: Extract<ServerMessage, { type: 'scene' }>): void;
  /** Another server, or the same one again. */
  restart(): void;
}

export function createLives(store: AppStore, send: (message: ClientMessage) => void): ToldLives {
  const frames = createFrameBuffer();
  const tiles = new Map<number, Frame>();
  const scenes = new Map<number, SceneDescription>();
  let path: PredictedPath | undefined;
  let rays: SensedRays[] = [];
  let wall = false;

  function clear(): void {
    frames.clear();
    path = undefined;
    rays = [];
  }

  /** A server with one live simulation shows it anyway. */
  function sendLook(): void {
    const { live, statuses } = store.getState();
    if (statuses.length > 1) send({ type: 'look', live, wall });
  }

  /** The oldest that no live simulation is in: those are sent only once. */
  function forgetScene(): void {
    if (scenes.size <= SCENES_KEPT + tiles.size) return;
    const used = new Set([...tiles.values()].map((frame) => frame.sceneId));
    const oldest = [...scenes.keys()].find((id) => !used.has(id));
    if (oldest !== undefined) scenes.delete(oldest);
  }

  return {
    frames,
    tiles,
    get path() {
      return path;
    },
    raysAt: ({ episodeNumber, step }) =>
      rays.findLast((r) => r.episodeNumber === episodeNumber && r.step <= step),
    scene: (id) => scenes.get(id),
    focus(live) {
      const { statuses, live: before } = store.getState();
      if (live === before || live < 0 || live >= statuses.length) return;
      const known = tiles.get(live);
      clear();
      if (known) frames.push(known, Date.now());
      store.setState({ live, status: statuses[live], driving: false, mustLetGo: false });
      sendLook();
    },
    wantWall(isWanted) {
      if (wall === isWanted) return;
      wall = isWanted;
      sendLook();
    },
    onFrame(buffer) {
      const frame = decodeFrame(buffer);
      tiles.set(frame.live, frame);
      if (frame.live === store.getState().live) frames.push(frame, Date.now());
    },
    onPath(buffer) {
      const next = decodePath(buffer);
      if (next.live === store.getState().live) path = next;
    },
    onRays(buffer) {
      const next = decodeRays(buffer);
      if (next.live !== store.getState().live) return;
      rays.push(next);
      if (rays.length > RAYS_KEPT) rays.shift();
    },
    onScene({ sceneId, scene }) {
      scenes.set(sceneId, unpackScene(scene));
      forgetScene();
    },
    restart() {
      clear();
      tiles.clear();
      scenes.clear();
      sendLook();
    },
  };
}
