/** Building blocks of bodies: primitive parts, and cars made of them. */
import type { Geom, Vec3 } from '../../contract.ts';
import { CAR_PARTS, type CarPart, type CarShape, carKey } from '../vehicle/mesh.ts';

export type Colour = readonly [number, number, number, number];
type Extra = Partial<Omit<Geom, 'shape' | 'size' | 'position' | 'colour'>>;

const IDENTITY = [1, 0, 0, 0] as const;
const WHITE: Colour = [1, 1, 1, 1];
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

/** A car of five meshes (`carMeshes` of its shape belong to the scene). */
export function car(shape: CarShape, paint: Colour): Geom[] {
  const looks: Record<CarPart, readonly [Colour, Extra]> = {
    shell: [paint, { roughness: 0.35, metalness: 0.4, castShadow: true }],
    glass: [GLASS, { roughness: 0.1, metalness: 0.6, castShadow: true }],
    trim: [WHITE, { roughness: 0.8, castShadow: false }],
    heads: [HEADLIGHT, { emissive: 0.9, castShadow: false }],
    tails: [TAILLIGHT, { emissive: 0.7, castShadow: false }],
  };
  return CAR_PARTS.map((name) => {
    const [colour, extra] = looks[name];
    return part('mesh', [1, 1, 1], [0, 0, 0], colour, { ...extra, mesh: carKey(shape, name) });
  });
}
