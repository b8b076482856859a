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
  /** False: its shaders are still being compiled. */
  draw(frame: Frame, dt: number, at: Rectangle): boolean;
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
  let isCompiled = false;
  let isGone = false;
  let episode = -1;
  void renderer.compileAsync(scene, rig.camera).then(() => {
    isCompiled = true;
  });

  return {
    description,
    draw(frame, dt, { x, y, width, height }) {
      if (!isCompiled || isGone) return false;
      built.setPoses(frame.poses);
      if (frame.picture) built.picture?.show(frame.picture);
      const agent = built.bodies[built.agent];
      const cut = frame.episodeNumber !== episode || (frame.flags & FLAG.jump) !== 0;
      episode = frame.episodeNumber;
      rig.resize(width, height);
      rig.update((id) => built.bodies.find((body) => body.name === id), agent, dt, cut);
      if (agent) sky.follow(agent.position.x, agent.position.y, agent.position.z);
      renderer.setViewport(x, y, width, height);
      renderer.setScissor(x, y, width, height);
      renderer.render(scene, rig.camera);
      return true;
    },
    dispose() {
      isGone = true;
      rig.dispose();
      sky.dispose();
      built.dispose();
    },
  };
}
