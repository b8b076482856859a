/** Sky, fog and light by time of day. */
import * as THREE from 'three';
import type { SceneDescription, TextureData } from '../../server/protocol/index.ts';
import { graphics } from './graphics.ts';
import { horizonOf, paintReflections, paintSky, type SkyLook } from './sky-texture.ts';

interface Mood extends SkyLook {
  readonly sunIntensity: number;
  /** Light from above and, bounced, from below. */
  readonly ambient: number;
  readonly above: number;
  readonly below: number;
  readonly fog: readonly [near: number, far: number];
  /** Strength of the sky mirrored in paint and glass; 0: none. */
  readonly reflections: number;
}

const MOODS: Record<SceneDescription['light'], Mood> = {
  day: {
    zenith: 0x2f74c8,
    horizon: 0xd3e6f3,
    sun: 0xfff1d8,
    sunIntensity: 3.9,
    ambient: 2.4,
    above: 0xcfe3f7,
    below: 0x8d8f76,
    direction: [-0.5, -0.6, 0.72],
    fog: [180, 850],
    clouds: 0.62,
    cloud: 0xffffff,
    reflections: 0.85,
  },
  dusk: {
    zenith: 0x6a93d6,
    horizon: 0xffd7ab,
    sun: 0xffcf94,
    sunIntensity: 4.5,
    ambient: 2.7,
    above: 0xdde0f2,
    below: 0xa8957c,
    direction: [-0.72, -0.5, 0.42],
    fog: [160, 1050],
    clouds: 0.55,
    cloud: 0xffeadb,
    reflections: 0.8,
  },
  studio: {
    zenith: 0x242b34,
    horizon: 0x55616f,
    sun: 0xffffff,
    sunIntensity: 2.2,
    ambient: 1.3,
    above: 0xc2c5c8,
    below: 0x55604a,
    direction: [0.4, -0.6, 0.9],
    fog: [30, 120],
    clouds: 0,
    cloud: 0xffffff,
    reflections: 0,
  },
};

/** Metres; it moves along with the agent. */
const DOME_RADIUS = 900;
/** Roughness up to which a surface mirrors the sky. */
const SHINY = 0.5;

export interface Sky {
  readonly root: THREE.Group;
  readonly sun: THREE.DirectionalLight;
  /** `own`: the scene's picture of a sky, instead of the light's. */
  set(light: SceneDescription['light'], own: TextureData | undefined, scene: THREE.Scene): void;
  /** Keep light and dome around a point. */
  follow(x: number, y: number, z: number): void;
  dispose(): void;
}

export function createSky(shadowRange: number, shadowMapSize: number): Sky {
  const root = new THREE.Group();
  const sun = createSun(shadowRange, shadowMapSize);
  const hemisphere = new THREE.HemisphereLight(0xffffff, 0x55604a, 1);
  hemisphere.position.set(0, 0, 1);
  const paint = new THREE.MeshBasicMaterial({
    side: THREE.BackSide,
    depthWrite: false,
    fog: false,
    toneMapped: false,
  });
  // The sphere's poles lie on y; here up is z.
  const dome = new THREE.Mesh(
    new THREE.SphereGeometry(DOME_RADIUS, 32, 24).rotateX(Math.PI / 2),
    paint,
  );
  // Last of the opaque things: only what stays uncovered is painted.
  dome.renderOrder = 1;
  root.add(sun, sun.target, hemisphere, dome);
  let direction: Mood['direction'] = MOODS.day.direction;
  let ownSky: THREE.Texture | undefined;

  return {
    root,
    sun,
    set(light, own, scene) {
      const mood = MOODS[light];
      direction = mood.direction;
      sun.color.set(mood.sun);
      sun.intensity = mood.sunIntensity;
      hemisphere.color.set(mood.above);
      hemisphere.groundColor.set(mood.below);
      hemisphere.intensity = mood.ambient;
      const { sky, mirrored } = painted(light);
      ownSky?.dispose();
      ownSky = own && paintSky(own, graphics().skyWidth);
      paint.map = ownSky ?? sky;
      paint.needsUpdate = true;
      reflect(scene, mirrored, mood.reflections);
      const fog = new THREE.Fog(mood.horizon, ...mood.fog);
      if (own) fog.color.setRGB(...horizonOf(own), THREE.SRGBColorSpace);
      scene.fog = fog;
    },
    follow(x, y, z) {
      dome.position.set(x, y, 0);
      sun.target.position.set(x, y, z);
      sun.position.set(x + 70 * direction[0], y + 70 * direction[1], z + 70 * direction[2]);
    },
    dispose: () => ownSky?.dispose(),
  };
}

interface Painted {
  readonly sky: THREE.Texture;
  readonly mirrored: THREE.Texture | null;
}
const gallery = new Map<SceneDescription['light'], Painted>();

/** Painted once per page: every episode on a new road sets its light, and two canvases compare clips. */
function painted(light: SceneDescription['light']): Painted {
  let pictures = gallery.get(light);
  if (!pictures) {
    const mood = MOODS[light];
    const mirrored = mood.reflections > 0 ? paintReflections(mood, mood.below) : null;
    pictures = { sky: paintSky(mood, graphics().skyWidth), mirrored };
    gallery.set(light, pictures);
  }
  return pictures;
}

/**
 * Shiny materials mirror the sky. Not `scene.environment`: that would light matte ones by it as well,
 * at a price per pixel that the hemisphere light does not have.
 */
function reflect(scene: THREE.Scene, sky: THREE.Texture | null, intensity: number): void {
  scene.traverse((object) => {
    if (!(object instanceof THREE.Mesh)) return;
    const { material } = object;
    if (!(material instanceof THREE.MeshStandardMaterial) || material.roughness > SHINY) return;
    material.envMap = sky;
    material.envMapIntensity = intensity;
    material.envMapRotation.set(Math.PI / 2, 0, 0);
  });
}

function createSun(shadowRange: number, mapSize: number): THREE.DirectionalLight {
  const sun = new THREE.DirectionalLight(0xffffff, 2);
  sun.castShadow = true;
  sun.shadow.mapSize.set(mapSize, mapSize);
  Object.assign(sun.shadow.camera, {
    left: -shadowRange,
    right: shadowRange,
    top: shadowRange,
    bottom: -shadowRange,
    near: 1,
    far: 160,
  });
  sun.shadow.bias = -0.0006;
  sun.shadow.normalBias = 0.05;
  sun.shadow.radius = 2;
  return sun;
}
