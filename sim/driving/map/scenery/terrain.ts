/** Grass: flat beside the roads, rolling away from them, hills at the horizon. */
import { createRandom } from '../../../random.ts';
import type { RoadMap } from '../contract.ts';
import { GROUND } from './kerbs.ts';
import type { MeshBuilder } from './mesh-builder.ts';
import { mix, palette, shade } from './palette.ts';
import { createRoadGround } from './road-distance.ts';

/** Metres of fine land around the map's bounds, cells per side, and coarse rings beyond it. */
const MARGIN = 180;
const CELLS = 56;
const SKIRT = [90, 240, 480] as const;
/** Flat within this distance of a lane, then rising over as much again. */
const FLAT = 26;
const RISE = 90;

export interface Terrain {
  /** Of the drawn surface, so that nothing floats above it. */
  height(x: number, y: number): number;
  /** Metres to the nearest lane's centre line, within about a metre. */
  roadDistance(x: number, y: number): number;
  /** Coordinates of the grid's columns and rows, ascending; heights row by row. */
  readonly columns: Float64Array;
  readonly rows: Float64Array;
  readonly heights: Float64Array;
}

const TERRAIN_STREAM = 0x7465;

export function createTerrain(map: RoadMap): Terrain {
  const { minX, minY, maxX, maxY } = map.bounds;
  const columns = coordinates(minX, maxX);
  const rows = coordinates(minY, maxY);
  const noise = createNoise(map.seed);
  const { distance: roadDistance, height: roadHeight } = createRoadGround(map, MARGIN);
  // Cells are coarse: beside a road that climbs, the land takes the lowest height around.
  const base = (i: number, j: number) => {
    if (!map.hilly) return 0;
    const near = (list: Float64Array, k: number) =>
      [k - 1, k, k + 1].map((n) => list[Math.min(list.length - 1, Math.max(0, n))]!);
    return Math.min(...near(rows, j).flatMap((y) => near(columns, i).map((x) => roadHeight(x, y))));
  };
  const width = columns.length;
  const heights = new Float64Array(width * rows.length);
  for (const [j, y] of rows.entries()) {
    for (const [i, x] of columns.entries()) {
      const t = Math.min(1, Math.max(0, (roadDistance(x, y) - FLAT) / RISE));
      const far = Math.max(minX - x, x - maxX, minY - y, y - maxY) - MARGIN;
      const ridge = Math.min(1, Math.max(0, far / 480));
      const hill =
        4 + 22 * noise(x / 110, y / 110) + 4 * noise(x / 31, y / 31) + ridge * (26 + 30 * t);
      heights[j * width + i] = base(i, j) + GROUND + t * t * (3 - 2 * t) * Math.max(0, hill);
    }
  }
  return {
    roadDistance,
    columns,
    rows,
    heights,
    height: (x, y) => {
      const i = cellOf(columns, x);
      const j = cellOf(rows, y);
      const u = (x - columns[i]!) / (columns[i + 1]! - columns[i]!);
      const v = (y - rows[j]!) / (rows[j + 1]! - rows[j]!);
      const at = j * width + i;
      const [a, b] = [heights[at]!, heights[at + 1]!];
      const [c, d] = [heights[at + width]!, heights[at + width + 1]!];
      // The two triangles of a cell, split as `addTerrain` splits it.
      return u >= v ? a + (b - a) * u + (d - b) * v : a + (d - c) * u + (c - a) * v;
    },
  };
}

/** Fine and even over the map and its margin, then ever coarser. */
function coordinates(low: number, high: number): Float64Array {
  const [from, to] = [low - MARGIN, high + MARGIN];
  const fine = Array.from({ length: CELLS + 1 }, (_, i) => from + ((to - from) * i) / CELLS);
  const before = [...SKIRT].reverse().map((d) => from - d);
  return Float64Array.from([...before, ...fine, ...SKIRT.map((d) => to + d)]);
}

function cellOf(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function addTerrain(map: RoadMap, terrain: Terrain, mesh: MeshBuilder): void {
  const { columns, rows, heights } = terrain;
  const width = columns.length;
  const last = rows.length - 1;
  const noise = createNoise(map.seed + 1);
  for (const [j, y] of rows.entries()) {
    const [down, up] = [Math.max(0, j - 1), Math.min(last, j + 1)];
    for (const [i, x] of columns.entries()) {
      const [left, right] = [Math.max(0, i - 1), Math.min(width - 1, i + 1)];
      const z = heights[j * width + i]!;
      const across = heights[j * width + right]! - heights[j * width + left]!;
      const along = heights[up * width + i]! - heights[down * width + i]!;
      const slopeX = across / (columns[right]! - columns[left]!);
      const slopeY = along / (rows[up]! - rows[down]!);
      const scale = 1 / Math.hypot(slopeX, slopeY, 1);
      const patch = 0.5 + noise(x / 40, y / 40) * 0.7 + noise(x / 13, y / 13) * 0.3;
      const grass = mix(palette.grassDeep, palette.grassDry, Math.min(1, Math.max(0, patch)));
      const high = Math.min(1, Math.max(0, (z - GROUND) / 18));
      const colour = mix(mix(palette.grass, grass, 0.55), palette.hill, high);
      mesh.vertex([x, y, z], [-slopeX * scale, -slopeY * scale, scale], shade(colour, 0.9));
    }
  }
  for (let row = 0; row < last; row++) {
    for (let column = 0; column < width - 1; column++) {
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
