/** How the driving world looks: compound bodies for cars and cones, scenery from the map. */
import type {
  BodyDescription,
  CameraDescription,
  Geom,
  SceneDescription,
  Vec3,
} from '../contract.ts';
import { VEHICLE_CLASSES } from './car-following.ts';
import { createScenery } from './map/scenery.ts';
import { BROKEN_SIZE } from './objects.ts';
import { vehicleClass } from './traffic.ts';
import type { DrivingWorld } from './world.ts';

type Colour = readonly [number, number, number, number];
type Extra = Partial<Omit<Geom, 'shape' | 'size' | 'position' | 'colour'>>;

const IDENTITY = [1, 0, 0, 0] as const;
/** Turns a cylinder's axis from z to y: wheels. */
const SIDEWAYS = [Math.SQRT1_2, Math.SQRT1_2, 0, 0] as const;
const RUBBER: Colour = [0.05, 0.05, 0.06, 1];
const GLASS: Colour = [0.1, 0.13, 0.17, 1];
const HEADLIGHT: Colour = [1, 0.97, 0.85, 1];
const TAILLIGHT: Colour = [0.85, 0.06, 0.05, 1];
const EGO_PAINT: Colour = [0.16, 0.45, 0.95, 1];
const PAINTS: readonly Colour[] = [
  [0.85, 0.86, 0.88, 1],
  [0.2, 0.22, 0.26, 1],
  [0.62, 0.12, 0.12, 1],
  [0.32, 0.4, 0.36, 1],
  [0.75, 0.68, 0.5, 1],
  [0.12, 0.2, 0.36, 1],
];

export function createDrivingScene(world: DrivingWorld): SceneDescription {
  const { map, vehicle } = world;
  const scenery = createScenery(map);
  const { bounds } = map;
  return {
    title: `Road ${world.mapSeed} (${map.blocks.map((b) => b.kind).join('')})`,
    bodies: [
      { id: 'ego', role: 'ego', geoms: car(vehicle.length / 2, vehicle.width / 2, EGO_PAINT, 0) },
      ...trafficBodies(world),
      ...objectBodies(world),
    ],
    statics: scenery.statics,
    meshes: scenery.meshes,
    textures: {},
    cameras: CAMERAS,
    // One map in four lies in the evening: people judge both.
    light: map.seed % 4 === 3 ? 'dusk' : 'day',
    agentBody: 'ego',
    bounds: { min: [bounds.minX, bounds.minY, 0], max: [bounds.maxX, bounds.maxY, 12] },
  };
}

const CAMERAS: readonly CameraDescription[] = [
  { id: 'chase', kind: 'chase', body: 'ego', position: [-9, 0, 4.2], target: [6, 0, 0.8], fov: 55 },
  { id: 'top', kind: 'top', body: 'ego', position: [0, 0, 55], target: [0, 0, 0], fov: 50 },
  {
    id: 'cockpit',
    kind: 'cockpit',
    body: 'ego',
    position: [0.25, 0.35, 1.25],
    target: [12, 0.2, 0.7],
    fov: 70,
  },
  {
    id: 'orbit',
    kind: 'orbit',
    body: 'ego',
    position: [-14, -10, 9],
    target: [0, 0, 0.5],
    fov: 50,
  },
];

function trafficBodies(world: DrivingWorld): BodyDescription[] {
  return Array.from({ length: world.traffic.capacity }, (_, i) => {
    const index = vehicleClass(i);
    const size = VEHICLE_CLASSES[index]!;
    const paint = PAINTS[(i * 7 + index) % PAINTS.length]!;
    return {
      id: `car-${i}`,
      role: 'vehicle' as const,
      geoms: car(size.halfLength, size.halfWidth, paint, size.name === 'van' ? 1 : 0),
    };
  });
}

function objectBodies(world: DrivingWorld): BodyDescription[] {
  const { cones, vehicles, triangles } = world.slots;
  const many = (n: number, id: string, geoms: readonly Geom[]): BodyDescription[] =>
    Array.from({ length: n }, (_, i) => ({ id: `${id}-${i}`, role: 'obstacle', geoms }));
  const broken = car(BROKEN_SIZE.halfLength, BROKEN_SIZE.halfWidth, [0.72, 0.7, 0.66, 1], 0);
  return [
    ...many(cones, 'cone', CONE),
    ...many(vehicles, 'broken', [...broken, ...hazardLights()]),
    ...many(triangles, 'triangle', TRIANGLE),
  ];
}

function part(
  shape: Geom['shape'],
  size: readonly number[],
  position: Vec3,
  colour: Colour,
  extra: Extra = {},
): Geom {
  return { shape, size, position, quaternion: IDENTITY, colour, ...extra };
}

/** Lower body, cabin with glass, four wheels, lights. `tall` makes a van of it. */
function car(halfLength: number, halfWidth: number, paint: Colour, tall: number): Geom[] {
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

function hazardLights(): Geom[] {
  const x = BROKEN_SIZE.halfLength + 0.02;
  const y = BROKEN_SIZE.halfWidth * 0.85;
  const amber: Colour = [1, 0.6, 0.05, 1];
  return [x, -x].flatMap((at) =>
    [y, -y].map((side) =>
      part('box', [0.04, 0.08, 0.06], [at, side, 0.74], amber, { emissive: 1.5 }),
    ),
  );
}

const ORANGE: Colour = [0.98, 0.36, 0.05, 1];
const WHITE: Colour = [0.95, 0.95, 0.95, 1];
const CONE: readonly Geom[] = [
  part('box', [0.2, 0.2, 0.02], [0, 0, 0.02], [0.1, 0.1, 0.1, 1]),
  part('cylinder', [0.15, 0.12], [0, 0, 0.16], ORANGE, { castShadow: true }),
  part('cylinder', [0.11, 0.09], [0, 0, 0.37], WHITE),
  part('cylinder', [0.075, 0.09], [0, 0, 0.55], ORANGE),
  part('cylinder', [0.045, 0.05], [0, 0, 0.69], WHITE),
];

/** Three red bars in the plane across the lane. */
const TRIANGLE: readonly Geom[] = [0, 1, 2].map((i) => {
  const angle = (i * 2 * Math.PI) / 3;
  const y = 0.2 * Math.sin(angle);
  const z = 0.3 - 0.2 * Math.cos(angle);
  return {
    ...part('box', [0.02, 0.36, 0.05], [0, y, z + 0.05], [0.9, 0.08, 0.06, 1], { emissive: 0.5 }),
    quaternion: [Math.cos(angle / 2), Math.sin(angle / 2), 0, 0] as const,
  };
});
