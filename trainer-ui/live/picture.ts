/**
 * The live picture: a stage, and the loop that draws the newest frames on it. Without React: it begins before the
 * page around it is there, which then takes it over.
 */
import { Vector3 } from 'three';
import { FLAG, type Frame } from '../../server/protocol/index.ts';
import type { Client } from '../core/client.ts';
import { createStage, type Stage } from '../scene/stage.ts';
import { pathOnScreen } from './path-on-screen.ts';

export interface Picture {
  readonly stage: Stage;
  /** Holds the canvas and fills what it is put into. */
  readonly element: HTMLElement;
  /** Resolves once something has been drawn. */
  readonly drawn: Promise<void>;
  dispose(): void;
}

let early: Picture | undefined;

/** Begins to draw over the whole page, which is empty yet. */
export function beginPicture(client: Client): Picture {
  early = createPicture(client, document.body);
  return early;
}

/** The picture that began already, or a new one; it moves into `container`. */
export function takePicture(client: Client, container: HTMLElement): Picture {
  const taken = early;
  early = undefined;
  if (!taken) return createPicture(client, container);
  container.append(taken.element);
  return taken;
}

function createPicture(client: Client, container: HTMLElement): Picture {
  const element = document.createElement('div');
  element.style.cssText = 'position:absolute;inset:0';
  container.append(element);
  const stage = createStage(element);
  let stop = () => {};
  const drawn = new Promise<void>((resolve) => {
    stop = animate(client, stage, resolve);
  });
  return {
    stage,
    element,
    drawn,
    dispose() {
      stop();
      stage.dispose();
      element.remove();
    },
  };
}

/** Newest frames in, one rendering out. Returns its stop. */
function animate(client: Client, stage: Stage, onDrawn: () => void): () => void {
  const sample = { poses: new Float32Array(0) };
  const position = new Vector3();
  let last = performance.now();
  let handle = 0;
  let episode = -1;
  let frame: Frame | undefined;

  function draw(now: number): void {
    handle = requestAnimationFrame(draw);
    const dt = Math.min(0.25, (now - last) / 1000);
    last = now;
    debug.framesReceived = client.frames.received;
    debug.controller = client.store.getState().status?.controller;
    const shown = client.frames.sample(Date.now(), sample);
    if (!shown) return;
    const description = client.scene(shown.sceneId);
    if (!description) return;
    const cut = shown !== frame && (shown.flags & FLAG.jump) !== 0;
    if (description !== stage.description) {
      stage.setScene(description);
      client.store.setState({ cameras: description.cameras.map(({ id }) => id) });
    }
    if (shown.episodeNumber !== episode || cut) stage.overlays.clearTrail();
    episode = shown.episodeNumber;
    frame = shown;
    stage.setPoses(sample.poses);
    void stage.setPicture(shown.picture);
    const { forces } = client.store.getState();
    stage.setForces(forces ? shown.contacts : undefined, forces ? shown.joints : undefined);
    const sensed = forces ? client.raysAt(shown)?.numbers : undefined;
    stage.rays.show(sensed);
    debug.rays = sensed ? (sensed.length - 3) / 4 : 0;
    if (stage.agentPosition(position)) {
      stage.overlays.trail(position.x, position.y, position.z, (shown.flags & FLAG.human) !== 0);
    }
    drawPath(client, stage, shown);
    if (!stage.render(dt, cut)) return;
    const { welcome } = client.store.getState();
    const stepMs = (1000 * welcome!.environment.controlDt) / shown.speed;
    client.keyLatency.drawn(client.frames.mixed, performance.now(), stepMs);
    client.view.heading = stage.heading();
    debug.shownStep = shown.step;
    debug.flags = shown.flags;
    onDrawn();
  }
  handle = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(handle);
}

function drawPath(client: Client, stage: Stage, shown: Frame): void {
  const { controlDt } = client.store.getState().welcome!.environment;
  const path = pathOnScreen(client.path, shown, controlDt);
  if (path) stage.overlays.path(path.points, path.risks);
  else stage.overlays.clearPath();
}

/** For tests and the console: what is on screen. */
export const debug = {
  shownStep: -1,
  framesReceived: 0,
  flags: 0,
  rays: 0,
  /** In a replay. */
  replayedRays: 0,
  controller: undefined as string | undefined,
};
(window as Window & { __reins?: typeof debug }).__reins = debug;
