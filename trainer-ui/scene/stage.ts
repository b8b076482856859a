/** One canvas: scene, sky, camera and overlays. Plain three.js; React only gives it a place. */
import * as THREE from 'three';
import type { SceneDescription } from '../../server/protocol/index.ts';
import { type BuiltScene, buildScene } from './build.ts';
import { createCameraRig } from './camera-rig.ts';
import type { ForceScale } from './force-words.ts';
import { createForces } from './forces.ts';
import { graphics, takeSpareContext } from './graphics.ts';
import { createOverlays, type Overlays } from './overlays.ts';
import { createRays, type Rays } from './rays.ts';
import { createSky } from './sky.ts';

/** Metres around the agent that cast shadows: outdoors, and at least in a studio. */
const SHADOW_RANGE = 45;
const LEAST_SHADOW_RANGE = 0.8;
/** Distance of the sun from the agent, metres (sky.ts). */
const SUN_DISTANCE = 74;

/** Picture time above which resolution is lowered, and below which it may rise again, ms. */
const SLOW = 45;
const FAST = 18;

/** Pictures after the first that say nothing of how long the next ones take. */
const WARM_UP = 20;

export interface Stage {
  readonly canvas: HTMLCanvasElement;
  readonly overlays: Overlays;
  readonly rays: Rays;
  readonly description: SceneDescription | undefined;
  setScene(description: SceneDescription): void;
  /**
   * Builds, compiles and uploads the scene that comes next, while the present one is on screen: `setScene` then shows it
   * at once. `poses` are its first. One at a time; `onReady` is called once nothing is left to be done for it.
   */
  prepare(description: SceneDescription, poses: Float32Array, onReady: () => void): void;
  setPoses(poses: Float32Array): void;
  /** The environment's own picture of the moment, a PNG, where the scene has one; resolves once it is decoded. */
  setPicture(png: Uint8Array | undefined): Promise<void>;
  setCamera(id: string): void;
  /**
   * Draw once; `dt` in seconds. `cut`: the picture jumped, do not smooth. False: not yet, the shaders of the
   * scene are still being compiled.
   */
  render(dt: number, cut?: boolean): boolean;
  /** Somebody takes pictures of a size of their own, and draws alone meanwhile. */
  readonly isHeld: boolean;
  /** Pictures of exactly so many pixels, whatever the place on the page, until it is let go of by `undefined`. */
  hold(size: PictureSize | undefined): void;
  agentPosition(out: THREE.Vector3): boolean;
  /** Direction on the ground that is up in the picture: angle from the world's x, rad. */
  heading(): number;
  /** Contacts and joints of the frame on screen; none of both hides them. */
  setForces(contacts: Float32Array | undefined, joints: Float32Array | undefined): void;
  /** What the forces on screen are to be read by. */
  readonly forceScale: ForceScale | undefined;
  dispose(): void;
}

/** For what has nothing to wait for. */
const THERE = Promise.resolve();

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Metres from the first camera to what it looks at: how large the scene's subject is. */
function viewSize({ cameras: [camera] }: SceneDescription): number {
  if (!camera) return SHADOW_RANGE;
  return Math.hypot(...camera.position.map((p, k) => p - camera.target[k]!));
}

/** A robot fills the picture from closer by: its shadow needs all texels where it stands. */
function fitShadow(sun: THREE.DirectionalLight, description: SceneDescription): void {
  const isStudio = description.light === 'studio';
  const wanted = isStudio
    ? Math.max(LEAST_SHADOW_RANGE, 1.5 * viewSize(description))
    : SHADOW_RANGE;
  const range = Math.min(SHADOW_RANGE, wanted);
  const { camera: lens } = sun.shadow;
  lens.left = lens.bottom = -range;
  lens.right = lens.top = range;
  lens.near = isStudio ? Math.max(1, SUN_DISTANCE - 4 * range) : 1;
  lens.far = isStudio ? SUN_DISTANCE + 4 * range : 160;
  lens.updateProjectionMatrix();
  sun.shadow.bias = isStudio ? -0.0004 : -0.0006;
  sun.shadow.normalBias = 0.05 * (range / SHADOW_RANGE);
}

/** The scene that comes next. */
interface NextScene {
  readonly description: SceneDescription;
  readonly built: BuiltScene;
  isCompiled: boolean;
  /** Its geometry and textures are where they are drawn from. */
  isUploaded: boolean;
  onReady(): void;
}

function nextScene(
  description: SceneDescription,
  poses: Float32Array,
  onReady: () => void,
): NextScene {
  const built = buildScene(description);
  built.setPoses(poses); // bodies are hidden until they are placed
  return { description, built, isCompiled: false, isUploaded: false, onReady };
}

/** Whether sky and light are the same: shaders of the one then are shaders of the other. */
const looksAlike = (one: SceneDescription, other: SceneDescription): boolean =>
  one.light === other.light && one.sky === undefined && other.sky === undefined;

/** Draws what is out of the picture too. */
function withoutCulling(root: THREE.Object3D, draw: () => void): void {
  const culled: THREE.Object3D[] = [];
  root.traverse((object) => {
    if (object.frustumCulled) culled.push(object);
  });
  for (const object of culled) object.frustumCulled = false;
  draw();
  for (const object of culled) object.frustumCulled = true;
}

export function createStage(container: HTMLElement): Stage {
  const { antialias, shadows, shadowMapSize, pixelRatio } = graphics();
  const context = takeSpareContext();
  const renderer = new THREE.WebGLRenderer({
    antialias,
    powerPreference: 'high-performance',
    ...(context ? { context, canvas: context.canvas } : {}),
  });
  // Asking each shader for its errors waits for it, one after the other.
  renderer.debug.checkShaderErrors = import.meta.env.DEV;
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = shadows;
  renderer.toneMapping = THREE.ACESFilmicToneMapping;
  renderer.toneMappingExposure = 1.05;
  const { domElement: canvas } = renderer;
  canvas.style.cssText = 'display:block;width:100%;height:100%;object-fit:contain;outline:none';
  container.appendChild(canvas);
  const scene = new THREE.Scene();
  const rig = createCameraRig(canvas);
  const overlays = createOverlays();
  const forces = createForces();
  const rays = createRays();
  const sky = createSky(SHADOW_RANGE, shadowMapSize);
  /** What is drawn over the picture: a part of the scene once it is compiled. */
  const extras = new THREE.Group();
  scene.add(sky.root);
  extras.add(overlays.root, forces.root, rays.root);
  let built: BuiltScene | undefined;
  let isCompiled = false;
  let description: SceneDescription | undefined;
  let next: NextScene | undefined;
  let quality = pixelRatio.start;
  let smoothed = 16;
  let pictures = 0;
  /** On the picture before, ms. */
  let spent = 0;
  let held: PictureSize | undefined;

  function resize(): void {
    const { width, height } = held ?? {
      width: container.clientWidth,
      height: container.clientHeight,
    };
    if (width === 0 || height === 0) return;
    renderer.setPixelRatio(held ? 1 : quality);
    renderer.setSize(width, height, false);
    rig.resize(width, height);
  }
  const observer = new ResizeObserver(resize);
  observer.observe(container);
  resize();

  /**
   * Shaders are compiled beside the page, which goes on meanwhile: drawing at once would wait for all of them.
   * What is drawn over the picture comes later, so that the first one is there soon.
   */
  async function compile(): Promise<void> {
    const current = built;
    isCompiled = false;
    await renderer.compileAsync(scene, rig.camera);
    if (built !== current) return;
    isCompiled = true;
    if (extras.parent) return;
    await renderer.compileAsync(extras, rig.camera, scene);
    scene.add(extras);
  }

  /** Drawn once into a pixel, which the picture that follows in the same task covers: else the first picture waits for it. */
  function upload(coming: NextScene): void {
    coming.isUploaded = true;
    const { root } = coming.built;
    if (built) scene.remove(built.root);
    scene.add(root);
    const whole = renderer.getViewport(new THREE.Vector4());
    renderer.setViewport(0, 0, 1, 1);
    renderer.shadowMap.autoUpdate = false;
    withoutCulling(root, () => renderer.render(scene, rig.camera));
    renderer.shadowMap.autoUpdate = true;
    renderer.setViewport(whole);
    scene.remove(root);
    if (built) scene.add(built.root);
    coming.onReady();
  }

  /** Software renderers and small laptops get fewer pixels instead of fewer pictures. Resizing empties the canvas. */
  function adapt(ms: number): void {
    if (held || pictures++ < WARM_UP) return;
    smoothed += 0.05 * (ms - smoothed);
    const before = quality;
    if (smoothed > SLOW) quality = Math.max(pixelRatio.least, quality - 0.2);
    else if (smoothed < FAST) quality = Math.min(pixelRatio.most, quality + 0.1);
    if (quality === before) return;
    smoothed = (SLOW + FAST) / 2;
    resize();
  }

  return {
    canvas,
    overlays,
    rays,
    get description() {
      return description;
    },
    setScene(wanted) {
      if (wanted === description) return;
      const before = built;
      const wasSame = before && description && looksAlike(wanted, description);
      description = wanted;
      const prepared = next?.description === wanted ? next : undefined;
      if (prepared) next = undefined;
      built = prepared?.built ?? buildScene(wanted);
      scene.add(built.root);
      if (before) scene.remove(before.root);
      if (!wasSame)
        sky.set(wanted.light, wanted.sky ? wanted.textures[wanted.sky] : undefined, scene);
      fitShadow(sky.sun, wanted);
      rig.setScene(wanted);
      overlays.setScene(viewSize(wanted), wanted.light !== 'studio');
      overlays.clearTrail();
      overlays.clearPath();
      forces.hide();
      rays.show(undefined);
      if (!(prepared?.isUploaded && isCompiled && wasSame)) void compile();
      before?.dispose(); // only now: its shaders are most of the new one's
    },
    prepare(wanted, poses, onReady) {
      if (wanted === description || (next?.description === wanted && next.isUploaded)) {
        onReady();
        return;
      }
      next?.built.dispose();
      const made = nextScene(wanted, poses, onReady);
      next = made;
      void renderer.compileAsync(made.built.root, rig.camera, scene).then(() => {
        made.isCompiled = true;
      });
    },
    setForces(contacts, joints) {
      if (!contacts && !joints) forces.hide();
      else forces.show(contacts, joints, description ? viewSize(description) : 1);
    },
    get forceScale() {
      return forces.scale;
    },
    setPoses(poses) {
      built?.setPoses(poses);
    },
    setPicture: (png) => (png && built?.picture?.show(png)) ?? THERE,
    setCamera: rig.select,
    heading: rig.heading,
    render(dt, cut = false) {
      if (!isCompiled) return false;
      if (next?.isCompiled && !next.isUploaded && !held) upload(next);
      const agent = built?.bodies[built.agent];
      rig.update((id) => built?.bodies.find((body) => body.name === id), agent, dt, cut);
      if (agent) sky.follow(agent.position.x, agent.position.y, agent.position.z);
      adapt(Math.max(spent, dt * 500));
      const start = performance.now();
      renderer.render(scene, rig.camera);
      spent = performance.now() - start;
      return true;
    },
    get isHeld() {
      return held !== undefined;
    },
    hold(size) {
      held = size;
      canvas.style.pointerEvents = size ? 'none' : ''; // a free camera stays where it is
      resize();
    },
    agentPosition(out) {
      const agent = built?.bodies[built.agent];
      if (agent) out.copy(agent.position);
      return agent !== undefined;
    },
    dispose() {
      observer.disconnect();
      rig.dispose();
      overlays.dispose();
      forces.dispose();
      rays.dispose();
      sky.dispose();
      next?.built.dispose();
      built?.dispose();
      next = built = undefined;
      renderer.dispose();
      canvas.remove();
    },
  };
}
