/** One live simulation as a small picture: its own scene and camera, drawn by a renderer that all of them share. */
import * as THREE from 'three';
import { FLAG, type Frame, type SceneDescription } from '../../../server/protocol/index.ts';
import { buildScene } from '../../scene/build.ts';
import { createCameraRig } from '../../scene/camera-rig.ts';
import { createSky } from '../../scene/sky.ts';

/** Pixels, from the lower left corner of the canvas. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface SmallView {
  readonly description: SceneDescription;
  /** Its shaders are compiled. */
  readonly isReady: boolean;
  /** A frame of another scene is not drawn: the last one stays. */
  draw(frame: Frame, dt: number, at: Rectangle): void;
  dispose(): void;
}

export function createSmallView(
  renderer: THREE.WebGLRenderer,
  description: SceneDescription,
): SmallView {
  const scene = new THREE.Scene();
  const built = buildScene(description);
  const sky = createSky(1, 1);
  sky.sun.castShadow = false; // too small to be seen
  scene.add(sky.root, built.root);
  sky.set(
    description.light,
    description.sky ? description.textures[description.sky] : undefined,
    scene,
  );
  const rig = createCameraRig(document.createElement('div'));
  rig.setScene(description);
  let isReady = false;
  let shown: Frame | undefined;
  void renderer.compileAsync(scene, rig.camera).then(() => {
    isReady = true;
  });

  /** Another scene's frame would put bodies where they are not. */
  const newest = (frame: Frame) => (shown && frame.sceneId !== shown.sceneId ? shown : frame);

  return {
    description,
    get isReady() {
      return isReady;
    },
    draw(given, dt, { x, y, width, height }) {
      const frame = newest(given);
      built.setPoses(frame.poses);
      if (frame.picture) void built.picture?.show(frame.picture);
      const agent = built.bodies[built.agent];
      const isNext = shown?.episodeNumber === frame.episodeNumber;
      const cut = !isNext || (frame.flags & FLAG.jump) !== 0;
      shown = frame;
      rig.resize(width, height);
      rig.update((id) => built.bodies.find((body) => body.name === id), agent, dt, cut);
      if (agent) sky.follow(agent.position.x, agent.position.y, agent.position.z);
      renderer.setViewport(x, y, width, height);
      renderer.setScissor(x, y, width, height);
      renderer.render(scene, rig.camera);
    },
    dispose() {
      rig.dispose();
      sky.dispose();
      built.dispose();
    },
  };
}
