/** Grass: flat beside the roads, rolling away from them, hills at the horizon. */
import { createRandom } from '../../../random.ts';
import type { RoadMap } from '../contract.ts';
import { GROUND } from './kerbs.ts';
import type { MeshBuilder } from './mesh-builder.ts';
import { mix, palette, shade } from './palette.ts';

/** Metres of land around the map's bounds, and cells per side. */
const MARGIN = 180;
const CELLS = 56;
/** Flat within this distance of a lane, then rising over as much again. */
const FLAT = 24;
const RISE = 90;

export interface Terrain {
  height(x: number, y: number): number;
  /** Metres to the nearest lane's centre line, in steps of a few metres. */
  roadDistance(x: number, y: number): number;
}

const TERRAIN_STREAM = 0x7465;

export function createTerrain(map: RoadMap): Terrain {
  const noise = createNoise(map.seed);
  const roadDistance = createRoadDistance(map);
  return {
    roadDistance,
    height: (x, y) => {
      const t = Math.min(1, Math.max(0, (roadDistance(x, y) - FLAT) / RISE));
      const hill = 4 + 22 * noise(x / 110, y / 110) + 4 * noise(x / 31, y / 31);
      return GROUND + t * t * (3 - 2 * t) * Math.max(0, hill);
    },
  };
}

export function addTerrain(map: RoadMap, terrain: Terrain, mesh: MeshBuilder): void {
  const { minX, minY, maxX, maxY } = map.bounds;
  const [left, bottom] = [minX - MARGIN, minY - MARGIN];
  const dx = (maxX - minX + 2 * MARGIN) / CELLS;
  const dy = (maxY - minY + 2 * MARGIN) / CELLS;
  const noise = createNoise(map.seed + 1);
  for (let row = 0; row <= CELLS; row++) {
    for (let column = 0; column <= CELLS; column++) {
      const [x, y] = [left + column * dx, bottom + row * dy];
      const z = terrain.height(x, y);
      const slopeX = (terrain.height(x + 4, y) - terrain.height(x - 4, y)) / 8;
      const slopeY = (terrain.height(x, y + 4) - terrain.height(x, y - 4)) / 8;
      const scale = 1 / Math.hypot(slopeX, slopeY, 1);
      const patch = 0.5 + noise(x / 40, y / 40) * 0.7 + noise(x / 13, y / 13) * 0.3;
      const grass = mix(palette.grassDeep, palette.grassDry, Math.min(1, Math.max(0, patch)));
      const high = Math.min(1, Math.max(0, (z - GROUND) / 18));
      mesh.vertex(
        [x, y, z],
        [-slopeX * scale, -slopeY * scale, scale],
        shade(mix(mix(palette.grass, grass, 0.55), palette.hill, high), 1),
      );
    }
  }
  const width = CELLS + 1;
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      const a = row * width + column;
      mesh.triangle(a, a + 1, a + width + 1);
      mesh.triangle(a, a + width + 1, a + width);
    }
  }
}

/** Value noise in about [-1, 1], smooth, from the seed. */
export function createNoise(seed: number): (x: number, y: number) => number {
  const random = createRandom(seed, TERRAIN_STREAM);
  const size = 64;
  const values = Float64Array.from({ length: size * size }, () => random.uniform(-1, 1));
  const at = (i: number, j: number) => values[(j & (size - 1)) * size + (i & (size - 1))]!;
  return (x, y) => {
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const u = smooth(x - i);
    const v = smooth(y - j);
    const low = at(i, j) + (at(i + 1, j) - at(i, j)) * u;
    const high = at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * u;
    return low + (high - low) * v;
  };
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Distances from a coarse grid of lane samples; exact enough to keep hills and trees off the road. */
function createRoadDistance(map: RoadMap): (x: number, y: number) => number {
  const samples: number[] = [];
  const point = new Float64Array(2);
  for (const road of map.roads) {
    for (const id of new Set([road.lanes[0]!, road.lanes.at(-1)!])) {
      const lane = map.lanes[id]!;
      const pieces = Math.max(1, Math.ceil(lane.length / 6));
      for (let i = 0; i <= pieces; i++) {
        lane.pointAt((lane.length * i) / pieces, 0, point);
        samples.push(point[0]!, point[1]!);
      }
    }
  }
  return (x, y) => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < samples.length; i += 2) {
      const [dx, dy] = [x - samples[i]!, y - samples[i + 1]!];
      best = Math.min(best, dx * dx + dy * dy);
    }
    return Math.sqrt(best);
  };
}
