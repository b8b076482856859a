/** How a circuit looks: the road's scenery, red and white kerbs in the bends, a start line and its gantry. */
import type { Geom, SceneDescription, StaticBody } from '../../contract.ts';
import { type Colour, car, EGO_PAINT, part } from '../frame/bodies.ts';
import { agentShape, CAMERAS, fixed } from '../frame/scene.ts';
import type { Lane } from '../map/contract.ts';
import { createScenery } from '../map/scenery.ts';
import { carMeshes } from '../vehicle/mesh.ts';
import type { VehicleParameters } from '../vehicle/vehicle.ts';
import type { Track } from './track.ts';

const RED: Colour = [0.8, 0.1, 0.08, 1];
const WHITE: Colour = [0.95, 0.95, 0.93, 1];
const BLACK: Colour = [0.06, 0.06, 0.07, 1];
const STEEL: Colour = [0.35, 0.37, 0.4, 1];
const GREEN: Colour = [0.1, 0.8, 0.3, 1];
/** Kerb stones: length along the track, half width, half height, metres. */
const STONE = 2;
const STONE_HALF_WIDTH = 0.45;
const STONE_HALF_HEIGHT = 0.03;

export function createRacetrackScene(track: Track, vehicle: VehicleParameters): SceneDescription {
  const scenery = createScenery(track.map);
  const { bounds } = track.map;
  const ego = agentShape(vehicle);
  return {
    title: `Circuit ${track.seed} (${Math.round(track.length)} m)`,
    bodies: [{ id: 'ego', role: 'ego', geoms: car(ego, EGO_PAINT) }],
    statics: [
      ...scenery.statics,
      fixed('race-kerbs', 'scenery', track.lanes.flatMap(kerbs)),
      startLine(track),
    ],
    meshes: { ...scenery.meshes, ...carMeshes([ego]) },
    textures: {},
    cameras: CAMERAS,
    light: track.seed % 4 === 3 ? 'dusk' : 'day',
    agentBody: 'ego',
    bounds: { min: [bounds.minX, bounds.minY, 0], max: [bounds.maxX, bounds.maxY, 12] },
  };
}

function turned(geom: Geom, heading: number): Geom {
  return { ...geom, quaternion: [Math.cos(heading / 2), 0, 0, Math.sin(heading / 2)] };
}

/** Red and white stones along both edges of a bend. */
function kerbs(lane: Lane): Geom[] {
  if (lane.curvature === 0) return [];
  const geoms: Geom[] = [];
  const point = new Float64Array(2);
  for (const side of [1, -1]) {
    const lateral = side * (lane.width / 2 - STONE_HALF_WIDTH);
    const arc = lane.length * (1 - lane.curvature * lateral);
    const count = Math.max(2, 2 * Math.round(arc / STONE / 2));
    for (let i = 0; i < count; i++) {
      const s = (lane.length * (i + 0.5)) / count;
      lane.pointAt(s, lateral, point);
      const size = [arc / count / 2, STONE_HALF_WIDTH, STONE_HALF_HEIGHT];
      const colour = i % 2 === 0 ? RED : WHITE;
      const stone = part('box', size, [point[0]!, point[1]!, 0.01], colour, { roughness: 0.8 });
      geoms.push(turned(stone, lane.headingAt(s)));
    }
  }
  return geoms;
}

/** Chequers across the track and a gantry with a light above them. */
function startLine(track: Track): StaticBody {
  const [first] = track.lanes;
  const half = track.width / 2;
  const geoms: Geom[] = [];
  const squares = Math.round(track.width / 0.6);
  for (let row = 0; row < 3; row++) {
    for (let i = 0; i < squares; i++) {
      const y = -half + ((i + 0.5) * track.width) / squares;
      const colour = (row + i) % 2 === 0 ? BLACK : WHITE;
      geoms.push(part('box', [0.3, half / squares, 0.01], [(row - 1) * 0.6, y, 0.016], colour));
    }
  }
  for (const side of [1, -1]) {
    geoms.push(
      part('cylinder', [0.15, 4], [0, side * (half + 1.2), 4], STEEL, { castShadow: true }),
    );
  }
  geoms.push(part('box', [0.2, half + 1.3, 0.45], [0, 0, 7.7], BLACK, { castShadow: true }));
  for (let i = -2; i <= 2; i++) {
    geoms.push(part('sphere', [0.2], [-0.2, i * 0.7, 7.7], GREEN, { emissive: 1.5 }));
  }
  const heading = first!.startHeading;
  return {
    id: 'start',
    role: 'scenery',
    geoms,
    position: [first!.startX, first!.startY, 0],
    quaternion: [Math.cos(heading / 2), 0, 0, Math.sin(heading / 2)],
  };
}
