/** How pedestrians and cyclists look, facing +x. Clothes vary with the slot. */
import type { Geom } from '../../contract.ts';
import { type Colour, part } from '../frame/bodies.ts';

const SKIN: readonly Colour[] = [
  [0.9, 0.72, 0.6, 1],
  [0.62, 0.43, 0.31, 1],
  [0.36, 0.24, 0.17, 1],
];
const TOPS: readonly Colour[] = [
  [0.9, 0.75, 0.1, 1],
  [0.75, 0.15, 0.2, 1],
  [0.15, 0.45, 0.75, 1],
  [0.25, 0.6, 0.35, 1],
  [0.9, 0.9, 0.88, 1],
];
const TROUSERS: readonly Colour[] = [
  [0.12, 0.14, 0.25, 1],
  [0.3, 0.27, 0.22, 1],
  [0.08, 0.08, 0.09, 1],
];
const HAIR: Colour = [0.1, 0.07, 0.05, 1];
const HELMET: Colour = [0.95, 0.95, 0.9, 1];
const TYRE: Colour = [0.05, 0.05, 0.06, 1];
const FRAME: Colour = [0.7, 0.12, 0.1, 1];
const SHADOW = { castShadow: true, roughness: 0.8 } as const;

function pick<C>(from: readonly C[], i: number): C {
  return from[i % from.length]!;
}

/** Turned about y by `angle`, so that a capsule's axis leans forward. */
function leaning(geom: Geom, angle: number): Geom {
  return { ...geom, quaternion: [Math.cos(angle / 2), 0, Math.sin(angle / 2), 0] };
}

export function pedestrian(i: number): Geom[] {
  const top = pick(TOPS, i);
  const legs = pick(TROUSERS, i);
  const skin = pick(SKIN, i);
  return [
    leaning(part('capsule', [0.08, 0.32], [0.1, 0.1, 0.42], legs, SHADOW), -0.25),
    leaning(part('capsule', [0.08, 0.32], [-0.1, -0.1, 0.42], legs, SHADOW), 0.25),
    part('capsule', [0.19, 0.22], [0, 0, 1.1], top, SHADOW),
    leaning(part('capsule', [0.055, 0.24], [-0.06, 0.26, 1.08], top, SHADOW), 0.3),
    leaning(part('capsule', [0.055, 0.24], [0.06, -0.26, 1.08], top, SHADOW), -0.3),
    part('sphere', [0.13], [0.02, 0, 1.6], skin, SHADOW),
    part('sphere', [0.13], [-0.02, 0, 1.64], HAIR),
  ];
}

export function cyclist(i: number): Geom[] {
  const top = pick(TOPS, i + 2);
  const legs = pick(TROUSERS, i + 1);
  const skin = pick(SKIN, i + 1);
  const wheel = (x: number): Geom => ({
    ...part('cylinder', [0.34, 0.025], [x, 0, 0.34], TYRE, SHADOW),
    quaternion: [Math.SQRT1_2, Math.SQRT1_2, 0, 0],
  });
  return [
    wheel(0.53),
    wheel(-0.53),
    part('box', [0.42, 0.025, 0.03], [0, 0, 0.62], FRAME, SHADOW),
    leaning(part('box', [0.03, 0.025, 0.36], [-0.28, 0, 0.6], FRAME, SHADOW), -0.3),
    leaning(part('box', [0.03, 0.025, 0.36], [0.44, 0, 0.62], FRAME, SHADOW), -0.25),
    part('box', [0.03, 0.26, 0.02], [0.36, 0, 1.0], TYRE),
    leaning(part('capsule', [0.08, 0.26], [-0.08, 0.1, 0.66], legs, SHADOW), -0.4),
    leaning(part('capsule', [0.08, 0.26], [-0.02, -0.1, 0.72], legs, SHADOW), 0.2),
    leaning(part('capsule', [0.17, 0.22], [-0.08, 0, 1.2], top, SHADOW), 0.5),
    leaning(part('capsule', [0.05, 0.22], [0.18, 0.22, 1.16], top, SHADOW), 1),
    leaning(part('capsule', [0.05, 0.22], [0.18, -0.22, 1.16], top, SHADOW), 1),
    part('sphere', [0.12], [0.12, 0, 1.6], skin, SHADOW),
    part('sphere', [0.135], [0.1, 0, 1.66], HELMET),
  ];
}
