/** Sky, fog and light by time of day. */
import * as THREE from 'three';
import type { SceneDescription } from '../../server/protocol/index.ts';

interface Mood {
  readonly zenith: number;
  readonly horizon: number;
  readonly sun: number;
  readonly sunIntensity: number;
  readonly ambient: number;
  /** Direction to the sun. */
  readonly direction: readonly [number, number, number];
  readonly fog: readonly [near: number, far: number];
}

const MOODS: Record<SceneDescription['light'], Mood> = {
  day: {
    zenith: 0x3f7fc4,
    horizon: 0xcfe0ee,
    sun: 0xfff2dc,
    sunIntensity: 2.6,
    ambient: 1.25,
    direction: [-0.45, -0.55, 0.75],
    fog: [140, 520],
  },
  dusk: {
    zenith: 0x23304f,
    horizon: 0xf0b48a,
    sun: 0xffb27a,
    sunIntensity: 2.1,
    ambient: 0.9,
    direction: [-0.8, -0.4, 0.28],
    fog: [110, 420],
  },
  studio: {
    zenith: 0x242b34,
    horizon: 0x55616f,
    sun: 0xffffff,
    sunIntensity: 2.2,
    ambient: 1.3,
    direction: [0.4, -0.6, 0.9],
    fog: [30, 120],
  },
};

export interface Sky {
  readonly root: THREE.Group;
  readonly sun: THREE.DirectionalLight;
  set(light: SceneDescription['light'], scene: THREE.Scene): void;
  /** Keep light and dome around a point. */
  follow(x: number, y: number, z: number): void;
}

export function createSky(shadowRange: number): Sky {
  const root = new THREE.Group();
  const sun = new THREE.DirectionalLight(0xffffff, 2);
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
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
  const hemisphere = new THREE.HemisphereLight(0xffffff, 0x55604a, 1);
  const uniforms = { zenith: { value: new THREE.Color() }, horizon: { value: new THREE.Color() } };
  const dome = new THREE.Mesh(
    new THREE.SphereGeometry(900, 24, 16),
    new THREE.ShaderMaterial({
      side: THREE.BackSide,
      depthWrite: false,
      fog: false,
      uniforms,
      vertexShader:
        'varying vec3 d; void main() { d = position; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }',
      fragmentShader:
        'uniform vec3 zenith; uniform vec3 horizon; varying vec3 d; void main() { float h = max(normalize(d).z, 0.0); gl_FragColor = vec4(mix(horizon, zenith, pow(h, 0.55)), 1.0); }',
    }),
  );
  dome.renderOrder = -1;
  root.add(sun, sun.target, hemisphere, dome);
  let direction: Mood['direction'] = MOODS.day.direction;

  return {
    root,
    sun,
    set(light, scene) {
      const mood = MOODS[light];
      direction = mood.direction;
      sun.color.set(mood.sun);
      sun.intensity = mood.sunIntensity;
      hemisphere.color.set(mood.zenith).lerp(new THREE.Color(0xffffff), 0.55);
      hemisphere.intensity = mood.ambient;
      uniforms.zenith.value.set(mood.zenith).convertLinearToSRGB();
      uniforms.horizon.value.set(mood.horizon).convertLinearToSRGB();
      scene.fog = new THREE.Fog(mood.horizon, ...mood.fog);
    },
    follow(x, y, z) {
      dome.position.set(x, y, 0);
      sun.target.position.set(x, y, z);
      sun.position.set(x + 70 * direction[0], y + 70 * direction[1], z + 70 * direction[2]);
    },
  };
}
