/**
 * The sky as a picture: gradient, glow around the sun, soft clouds. Painted once per mood, so that
 * drawing it costs one texture look-up per pixel, which software renderers can afford.
 */
import * as THREE from 'three';
import type { TextureData } from '../../server/protocol/index.ts';

export interface SkyLook {
  /** sRGB hex. */
  readonly zenith: number;
  readonly horizon: number;
  readonly sun: number;
  readonly cloud: number;
  /** Direction to the sun, z up; any length. */
  readonly direction: readonly [number, number, number];
  /** How much of the sky clouds cover, 0 to 1. */
  readonly clouds: number;
}

type Rgb = readonly [number, number, number];

const REFLECTION_WIDTH = 64;
const REFLECTION_HEIGHT = 32;

/** Equirectangular, for a sphere whose poles were turned to z; `width` pixels around, half as many high. */
export function paintSky(look: SkyLook | TextureData, width: number): THREE.Texture {
  const sampler = 'pixels' in look ? createCubeSampler(look) : createSampler(look);
  const texture = equirectangular(width, width / 2, sampler);
  texture.minFilter = texture.magFilter = THREE.LinearFilter;
  texture.wrapS = THREE.RepeatWrapping;
  return texture;
}

/** What paint and glass mirror: the same sky without clouds, over ground of one colour (sRGB hex). */
export function paintReflections(look: SkyLook, ground: number): THREE.Texture {
  const sample = createSampler({ ...look, clouds: 0 });
  const below = rgb(ground);
  const texture = equirectangular(REFLECTION_WIDTH, REFLECTION_HEIGHT, (x, y, z, out) => {
    sample(x, y, z, out);
    if (z < 0) for (let k = 0; k < 3; k++) out[k] = mix(out[k]!, 0.6 * below[k]!, smooth(-8 * z));
  });
  texture.mapping = THREE.EquirectangularReflectionMapping;
  return texture;
}

type Sampler = (x: number, y: number, z: number, out: Float64Array) => void;

function equirectangular(width: number, height: number, sample: Sampler): THREE.DataTexture {
  const pixels = new Uint8Array(width * height * 4);
  const out = new Float64Array(3);
  for (let row = 0; row < height; row++) {
    const elevation = Math.PI * ((row + 0.5) / height - 0.5);
    const [z, flat] = [Math.sin(elevation), Math.cos(elevation)];
    for (let column = 0; column < width; column++) {
      // SphereGeometry starts at -x and runs over its +z, which the turn to z-up makes -y.
      const azimuth = (2 * Math.PI * (column + 0.5)) / width;
      sample(-flat * Math.cos(azimuth), -flat * Math.sin(azimuth), z, out);
      const at = 4 * (row * width + column);
      for (let k = 0; k < 3; k++) pixels[at + k] = 255 * Math.min(1, out[k]!);
      pixels[at + 3] = 255;
    }
  }
  const texture = new THREE.DataTexture(pixels, width, height);
  texture.colorSpace = THREE.SRGBColorSpace;
  texture.needsUpdate = true;
  return texture;
}

/** Colours of a sky of six squares, in directions of the world; see `SceneDescription.sky`. */
export function createCubeSampler({ width, height, pixels }: TextureData): Sampler {
  const hasFaces = height > width;
  return (x, y, z, out) => {
    // OpenGL's axes of a cube map, and from there its table of faces.
    const [s, t, r] = [x, z, -y];
    const [a, b, c] = [Math.abs(s), Math.abs(t), Math.abs(r)];
    const major = Math.max(a, b, c);
    const axis = major === a ? 0 : major === b ? 1 : 2;
    const isPositive = [s, t, r][axis]! > 0;
    const sign = isPositive ? 1 : -1;
    const across = axis === 0 ? -sign * r : axis === 1 ? s : sign * s;
    const down = axis === 1 ? sign * r : -t;
    const cell = (value: number) =>
      Math.min(width - 1, Math.floor((width * (value / major + 1)) / 2));
    const face = hasFaces ? 2 * axis + (isPositive ? 0 : 1) : 0;
    const at = 4 * ((face * width + cell(down)) * width + cell(across));
    for (let k = 0; k < 3; k++) out[k] = pixels[at + k]! / 255;
  };
}

/** sRGB in [0, 1] of what stands at the horizon, on average. */
export function horizonOf(sky: TextureData): Rgb {
  const sample = createCubeSampler(sky);
  const [one, sum] = [new Float64Array(3), new Float64Array(3)];
  const directions = 32;
  for (let i = 0; i < directions; i++) {
    const angle = (2 * Math.PI * i) / directions;
    sample(Math.cos(angle), Math.sin(angle), 0.01, one);
    for (let k = 0; k < 3; k++) sum[k]! += one[k]! / directions;
  }
  return [sum[0]!, sum[1]!, sum[2]!];
}

function createSampler(look: SkyLook): Sampler {
  const [zenith, horizon, sun, cloud] = [look.zenith, look.horizon, look.sun, look.cloud].map(
    rgb,
  ) as [Rgb, Rgb, Rgb, Rgb];
  const length = Math.hypot(...look.direction);
  const [sx, sy, sz] = look.direction.map((v) => v / length) as [number, number, number];
  const outdoors = look.clouds > 0 || look.sun !== 0xffffff;
  return (x, y, z, out) => {
    const up = Math.max(z, 0);
    const blend = up ** 0.55;
    const towards = Math.max(0, x * sx + y * sy + z * sz);
    const glow = outdoors ? 0.3 * towards ** 8 + 0.5 * towards ** 60 + 1.2 * towards ** 900 : 0;
    // Clouds lie on a plane overhead, thin out at the horizon, and are brighter near the sun.
    const cover = look.clouds > 0 && z > 0.01 ? cloudiness(x, y, z, look.clouds) : 0;
    for (let k = 0; k < 3; k++) {
      const clear = mix(horizon[k]!, zenith[k]!, blend) + glow * sun[k]! * 0.7;
      out[k] = mix(clear, cloud[k]! * (0.96 + 0.1 * towards), cover);
    }
  };
}

function cloudiness(x: number, y: number, z: number, amount: number): number {
  const scale = 1.5 / (z + 0.13);
  const [u, v] = [x * scale, y * scale];
  let sum = 0;
  let weight = 0.5;
  for (let octave = 1; octave <= 8; octave *= 2) {
    sum += weight * noise(u * octave + 7.3 * octave, v * octave - 3.1 * octave);
    weight *= 0.5;
  }
  const dense = smooth((sum - (1 - amount) * 1.15) / 0.32);
  return 0.85 * dense * smooth(z / 0.16);
}

/** Value noise in [0, 1] on a hashed lattice. */
function noise(x: number, y: number): number {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smooth(x - i), smooth(y - j)];
  const low = mix(hash(i, j), hash(i + 1, j), u);
  const high = mix(hash(i, j + 1), hash(i + 1, j + 1), u);
  return mix(low, high, v);
}

function hash(i: number, j: number): number {
  let h = Math.imul(i, 0x27d4eb2d) ^ Math.imul(j, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

function smooth(t: number): number {
  const c = Math.min(1, Math.max(0, t));
  return c * c * (3 - 2 * c);
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

function rgb(hex: number): Rgb {
  return [(hex >> 16) & 255, (hex >> 8) & 255, hex & 255].map((v) => v / 255) as unknown as Rgb;
}
