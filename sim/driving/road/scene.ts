/** How the driving world looks: compound bodies for cars and cones, scenery from the map. */
import type { BodyDescription, CameraDescription, Geom, SceneDescription } from '../../contract.ts';
import { type Colour, car, EGO_PAINT, PAINTS, part } from '../frame/bodies.ts';
import { agentShape, CAMERAS } from '../frame/scene.ts';
import { createScenery } from '../map/scenery.ts';
import { VEHICLE_CLASSES } from '../traffic/car-following.ts';
import { BROKEN_SIZE } from '../traffic/objects.ts';
import { peopleCount } from '../traffic/people.ts';
import { cyclist, pedestrian } from '../traffic/people-bodies.ts';
import { vehicleClass } from '../traffic/traffic.ts';
import { type CarShape, carMeshes } from '../vehicle/mesh.ts';
import type { DrivingWorld } from './world.ts';

export function createDrivingScene(world: DrivingWorld): SceneDescription {
  const { map, vehicle } = world;
  const scenery = createScenery(map);
  const { bounds } = map;
  const ego = agentShape(vehicle, world.options.vehicle === 'xl');
  return {
    title: map.title ?? `Road ${world.mapSeed} (${map.blocks.map((b) => b.kind).join('')})`,
    bodies: [
      {
        id: 'ego',
        role: 'ego',
        geoms: car(ego, EGO_PAINT),
      },
      ...trafficBodies(world),
      ...objectBodies(world),
      ...peopleBodies(world),
    ],
    statics: scenery.statics,
    meshes: { ...scenery.meshes, ...carMeshes([ego, BROKEN, ...TRAFFIC_SHAPES]) },
    textures: {},
    cameras: CAMERAS.map((camera) =>
      camera.kind === 'cockpit' ? atWindscreen(camera, ego) : camera,
    ),
    // One map in four is at dusk, so that people judge both kinds of light.
    light: map.seed % 4 === 3 ? 'dusk' : 'day',
    agentBody: 'ego',
    bounds: { min: [bounds.minX, bounds.minY, 0], max: [bounds.maxX, bounds.maxY, 12] },
  };
}

function atWindscreen(camera: CameraDescription, ego: CarShape): CameraDescription {
  const [, y, z] = camera.position;
  return { ...camera, position: [(ego.tall ? 0.74 : 0.33) * ego.halfLength, y, z] };
}

/** Shapes of `VEHICLE_CLASSES`, and of cars that broke down. */
const TRAFFIC_SHAPES: readonly CarShape[] = VEHICLE_CLASSES.map((size) => ({
  halfLength: size.halfLength,
  halfWidth: size.halfWidth,
  tall: size.name === 'van',
}));
const BROKEN: CarShape = { ...BROKEN_SIZE, tall: false };

function trafficBodies(world: DrivingWorld): BodyDescription[] {
  return Array.from({ length: world.traffic.capacity }, (_, i) => {
    const index = vehicleClass(i);
    const paint = PAINTS[(i * 7 + index) % PAINTS.length]!;
    return {
      id: `car-${i}`,
      role: 'vehicle' as const,
      geoms: car(TRAFFIC_SHAPES[index]!, paint),
    };
  });
}

function peopleBodies({ people }: DrivingWorld): BodyDescription[] {
  return Array.from({ length: peopleCount(people) }, (_, i) => {
    const rides = i >= people.pedestrians;
    const geoms = rides ? cyclist(i) : pedestrian(i);
    return { id: `person-${i}`, role: 'pedestrian' as const, geoms };
  });
}

function objectBodies(world: DrivingWorld): BodyDescription[] {
  const { cones, vehicles, triangles } = world.slots;
  const many = (n: number, id: string, geoms: readonly Geom[]): BodyDescription[] =>
    Array.from({ length: n }, (_, i) => ({ id: `${id}-${i}`, role: 'obstacle', geoms }));
  const broken = car(BROKEN, [0.72, 0.7, 0.66, 1]);
  return [
    ...many(cones, 'cone', CONE),
    ...many(vehicles, 'broken', [...broken, ...hazardLights()]),
    ...many(triangles, 'triangle', TRIANGLE),
  ];
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
