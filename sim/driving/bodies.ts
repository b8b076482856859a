/** Building blocks of bodies: primitive parts, and cars made of them. */
import type { Geom, Vec3 } from '../contract.ts';

export type Colour = readonly [number, number, number, number];
type Extra = Partial<Omit<Geom, 'shape' | 'size' | 'position' | 'colour'>>;

const IDENTITY = [1, 0, 0, 0] as const;
/** Turns a cylinder's axis from z to y: wheels. */
const SIDEWAYS = [Math.SQRT1_2, Math.SQRT1_2, 0, 0] as const;
const RUBBER: Colour = [0.05, 0.05, 0.06, 1];
const GLASS: Colour = [0.1, 0.13, 0.17, 1];
const HEADLIGHT: Colour = [1, 0.97, 0.85, 1];
const TAILLIGHT: Colour = [0.85, 0.06, 0.05, 1];
export const EGO_PAINT: Colour = [0.16, 0.45, 0.95, 1];
export const PAINTS: readonly Colour[] = [
  [0.85, 0.86, 0.88, 1],
  [0.2, 0.22, 0.26, 1],
  [0.62, 0.12, 0.12, 1],
  [0.32, 0.4, 0.36, 1],
  [0.75, 0.68, 0.5, 1],
  [0.12, 0.2, 0.36, 1],
];

export function part(
  shape: Geom['shape'],
  size: readonly number[],
  position: Vec3,
  colour: Colour,
  extra: Extra = {},
): Geom {
  return { shape, size, position, quaternion: IDENTITY, colour, ...extra };
}

/** Lower body, cabin with glass, four wheels, lights. `tall` makes a van of it. */
export function car(halfLength: number, halfWidth: number, paint: Colour, tall: number): Geom[] {
  const cabinHalf = tall ? 0.82 * halfLength : 0.48 * halfLength;
  const cabinX = tall ? -0.1 * halfLength : -0.12 * halfLength;
  const roof = 0.32 + 0.3 * tall;
  const shine: Extra = { roughness: 0.35, metalness: 0.4, castShadow: true };
  const geoms: Geom[] = [
    part('box', [halfLength, halfWidth, 0.3], [0, 0, 0.58], paint, shine),
    part('box', [halfLength * 0.97, halfWidth * 0.96, 0.1], [0, 0, 0.3], [0.09, 0.09, 0.1, 1]),
    part('box', [cabinHalf, halfWidth * 0.86, roof], [cabinX, 0, 0.85 + roof], GLASS, {
      roughness: 0.1,
      metalness: 0.6,
      castShadow: true,
    }),
    part(
      'box',
      [cabinHalf * 0.88, halfWidth * 0.84, 0.04],
      [cabinX, 0, 0.86 + 2 * roof],
      paint,
      shine,
    ),
  ];
  for (const x of [0.6 * halfLength, -0.6 * halfLength]) {
    for (const side of [1, -1]) {
      const wheel = part('cylinder', [0.33, 0.11], [x, side * (halfWidth - 0.1), 0.33], RUBBER, {
        roughness: 0.9,
      });
      geoms.push({ ...wheel, quaternion: SIDEWAYS });
    }
  }
  for (const side of [1, -1]) {
    const y = side * halfWidth * 0.68;
    geoms.push(part('box', [0.03, 0.2, 0.07], [halfLength, y, 0.66], HEADLIGHT, { emissive: 0.9 }));
    geoms.push(part('box', [0.03, 0.2, 0.07], [-halfLength, y, 0.7], TAILLIGHT, { emissive: 0.7 }));
  }
  return geoms;
}
