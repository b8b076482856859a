/** How a parking lot looks: asphalt, painted bays, walls, lamps and trees; cars and the goal move. */
import type { BodyDescription, Geom, SceneDescription } from '../../contract.ts';
import { type Colour, car, EGO_PAINT, PAINTS, part } from '../frame/bodies.ts';
import { agentShape, CAMERAS, fixed } from '../frame/scene.ts';
import { VEHICLE_CLASSES } from '../traffic/car-following.ts';
import { carMeshes } from '../vehicle/mesh.ts';
import type { VehicleParameters } from '../vehicle/vehicle.ts';
import { AISLE, BAY_DEPTH, BAY_WIDTH, bayX, type Lot, parkedClass, WALL_THICKNESS } from './lot.ts';

const ASPHALT: Colour = [0.3, 0.31, 0.33, 1];
const GRASS: Colour = [0.44, 0.6, 0.28, 1];
const PAINT: Colour = [0.88, 0.88, 0.84, 1];
const CONCRETE: Colour = [0.7, 0.68, 0.64, 1];
const COPING: Colour = [0.82, 0.81, 0.78, 1];
const STEEL: Colour = [0.3, 0.32, 0.35, 1];
const LAMP: Colour = [1, 0.94, 0.78, 1];
const BARK: Colour = [0.3, 0.2, 0.13, 1];
const LEAVES: Colour = [0.34, 0.54, 0.24, 1];
const GOAL: Colour = [0.15, 0.9, 0.45, 1];

/** Half width of painted lines and the height of paint above the asphalt, metres. */
const LINE = 0.05;
const PAINT_TOP = 0.012;
const WALL_HEIGHT = 1.1;

export function createParkingScene(lot: Lot, vehicle: VehicleParameters): SceneDescription {
  const { halfX, halfY } = lot;
  const ego = agentShape(vehicle);
  return {
    title: 'Parking lot',
    bodies: [
      { id: 'ego', role: 'ego', geoms: car(ego, EGO_PAINT) },
      { id: 'goal', role: 'goal', geoms: goalGeoms(vehicle) },
      ...parkedCars(lot),
    ],
    statics: [
      fixed('grass', 'ground', [slab(halfX + 60, halfY + 60, -0.06, GRASS)]),
      fixed('asphalt', 'ground', [slab(halfX, halfY, 0, ASPHALT)]),
      fixed('lines', 'scenery', bayLines(lot)),
      fixed('walls', 'obstacle', walls(lot)),
      fixed('lamps', 'scenery', lamps(lot)),
      fixed('trees', 'scenery', trees(lot)),
    ],
    meshes: carMeshes([ego, ...PARKED_SHAPES]),
    textures: {},
    cameras: CAMERAS.map((camera) =>
      camera.kind === 'top' ? { ...camera, position: [0, 0, 34] as const } : camera,
    ),
    light: 'day',
    agentBody: 'ego',
    bounds: { min: [-halfX - 2, -halfY - 2, 0], max: [halfX + 2, halfY + 2, 6] },
  };
}

/** A flat piece of ground with its top at `z`. */
function slab(halfX: number, halfY: number, z: number, colour: Colour): Geom {
  return part('box', [halfX, halfY, 0.1], [0, 0, z - 0.1], colour, { roughness: 0.95 });
}

function paint(x: number, y: number, halfX: number, halfY: number): Geom {
  return part('box', [halfX, halfY, PAINT_TOP / 2], [x, y, PAINT_TOP / 2], PAINT, {
    roughness: 0.7,
  });
}

function bayLines(lot: Lot): Geom[] {
  const { bays } = lot.options;
  const geoms: Geom[] = [];
  for (const side of [1, -1]) {
    const middle = side * (AISLE / 2 + BAY_DEPTH / 2);
    for (let i = 0; i <= bays; i++) {
      const x = bayX(lot, 0) + (i - 0.5) * BAY_WIDTH;
      geoms.push(paint(x, middle, LINE, BAY_DEPTH / 2));
    }
    geoms.push(paint(0, side * (AISLE / 2 + BAY_DEPTH), (bays * BAY_WIDTH) / 2 + LINE, LINE));
  }
  // Broken line along the aisle.
  for (let x = -lot.halfX + 2; x < lot.halfX - 2; x += 4) geoms.push(paint(x, 0, 0.8, LINE));
  return geoms;
}

function walls(lot: Lot): Geom[] {
  const { boxes } = lot;
  const geoms: Geom[] = [];
  for (let i = 2 * lot.options.bays; i < boxes.count; i++) {
    const [x, y] = [boxes.x[i]!, boxes.y[i]!];
    const [hx, hy] = [boxes.halfLength[i]!, boxes.halfWidth[i]!];
    geoms.push(
      part('box', [hx, hy, WALL_HEIGHT / 2], [x, y, WALL_HEIGHT / 2], CONCRETE, {
        castShadow: true,
        roughness: 0.9,
      }),
      part('box', [hx + 0.04, hy + 0.04, 0.04], [x, y, WALL_HEIGHT + 0.04], COPING),
    );
  }
  return geoms;
}

/** Lamps stand on the walls behind the bays, out of the way. */
function lamps(lot: Lot): Geom[] {
  const geoms: Geom[] = [];
  const y = lot.halfY + WALL_THICKNESS / 2;
  for (const side of [1, -1]) {
    for (const x of [-0.6 * lot.halfX, 0, 0.6 * lot.halfX]) {
      geoms.push(
        part('cylinder', [0.07, 2.4], [x, side * y, 2.4], STEEL, { castShadow: true }),
        part('box', [0.08, 0.7, 0.05], [x, side * (y - 0.6), 4.8], STEEL),
        part('box', [0.14, 0.3, 0.03], [x, side * (y - 1), 4.74], LAMP, { emissive: 1.2 }),
      );
    }
  }
  return geoms;
}

/** A row of trees beyond each long wall; sizes vary with the place. */
function trees(lot: Lot): Geom[] {
  const geoms: Geom[] = [];
  for (const side of [1, -1]) {
    for (let i = 0; i * 5.5 < 2 * lot.halfX; i++) {
      const x = -lot.halfX + 2 + i * 5.5;
      const y = side * (lot.halfY + 4.5 + ((i * 7) % 5) * 0.5);
      const size = 1.5 + ((i * 5 + (side > 0 ? 0 : 3)) % 4) * 0.25;
      geoms.push(
        part('cylinder', [0.16, size * 0.7], [x, y, size * 0.7], BARK, { castShadow: true }),
        part('ellipsoid', [size, size, size * 1.15], [x, y, size * 2.2], LEAVES, {
          castShadow: true,
          roughness: 1,
        }),
      );
    }
  }
  return geoms;
}

/** The car's outline on the ground where it should stand, and an arrow for its nose. */
function goalGeoms(vehicle: VehicleParameters): Geom[] {
  const [l, w] = [vehicle.length / 2, vehicle.width / 2];
  const glow = { emissive: 0.8 };
  const z = 0.03;
  const arm = (side: 1 | -1): Geom => ({
    ...part('box', [0.6, 0.07, 0.02], [l - 1.2, side * 0.42, z], GOAL, glow),
    // Arrow head: arms turned 45° towards the nose.
    quaternion: [Math.cos(Math.PI / 8), 0, 0, -side * Math.sin(Math.PI / 8)],
  });
  return [
    part('box', [l, 0.06, 0.02], [0, w, z], GOAL, glow),
    part('box', [l, 0.06, 0.02], [0, -w, z], GOAL, glow),
    part('box', [0.06, w, 0.02], [l, 0, z], GOAL, glow),
    part('box', [0.06, w, 0.02], [-l, 0, z], GOAL, glow),
    part('box', [0.9, 0.07, 0.02], [l - 1.7, 0, z], GOAL, glow),
    arm(1),
    arm(-1),
  ];
}

const PARKED_SHAPES = VEHICLE_CLASSES.map(({ halfLength, halfWidth }) => ({
  halfLength,
  halfWidth,
  tall: false,
}));

function parkedCars(lot: Lot): BodyDescription[] {
  return Array.from({ length: 2 * lot.options.bays }, (_, i) => {
    const colour = PAINTS[(i * 5 + 2) % PAINTS.length]!;
    return {
      id: `parked-${i}`,
      role: 'vehicle' as const,
      geoms: car(PARKED_SHAPES[parkedClass(i)]!, colour),
    };
  });
}
