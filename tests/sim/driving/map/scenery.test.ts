import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeshData } from '../../../../sim/contract.ts';
import type { MapOptions, RoadMap, RoadScenery } from '../../../../sim/driving/map/contract.ts';
import { generateMap } from '../../../../sim/driving/map/generate.ts';
import { findApproaches } from '../../../../sim/driving/map/scenery/approaches.ts';
import { createRoadDistance } from '../../../../sim/driving/map/scenery/road-distance.ts';
import { createTerrain } from '../../../../sim/driving/map/scenery/terrain.ts';
import { createScenery } from '../../../../sim/driving/map/scenery.ts';

const options: MapOptions = { blocks: 3, lanes: 3, laneWidth: 3.5 };
const seeds = fc.integer({ min: 0, max: 2 ** 40 });
const maps = fc
  .tuple(seeds, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .map(([seed, blocks, lanes]) => generateMap(seed, { ...options, blocks, lanes }));

/** Everything below this height is in the way of a car, or of the camera behind it. */
const CLEAR_HEIGHT = 5.5;
/** Kerbs begin on the very edge of the asphalt. */
const EDGE = 0.05;
const found = new Int32Array(1);

function mesh(scenery: RoadScenery, id: string): MeshData {
  const data = scenery.meshes[id];
  if (!data) throw new Error(`no mesh ${id} among ${Object.keys(scenery.meshes).join(', ')}`);
  return data;
}

type Vec = [number, number, number];

function forTriangles(data: MeshData, use: (corners: [Vec, Vec, Vec], at: number) => void): void {
  const corner = (i: number): Vec => {
    const at = 3 * data.indices[i]!;
    return [data.positions[at]!, data.positions[at + 1]!, data.positions[at + 2]!];
  };
  for (let i = 0; i < data.indices.length; i += 3) {
    use([corner(i), corner(i + 1), corner(i + 2)], i);
  }
}

function flat(a: Vec, b: Vec): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}

/** The same triangle with its shortest side between the first two corners. */
function shortestFirst([a, b, c]: [Vec, Vec, Vec]): [Vec, Vec, Vec] {
  const [ab, bc, ca] = [flat(a, b), flat(b, c), flat(c, a)];
  if (ab <= bc && ab <= ca) return [a, b, c];
  return bc <= ca ? [b, c, a] : [c, a, b];
}

/** Where, at half-metre points over every low triangle, the mesh stands in a lane; undefined: nowhere. */
function onLane(map: RoadMap, data: MeshData): string | undefined {
  let fault: string | undefined;
  forTriangles(data, (corners) => {
    if (fault || corners.every((corner) => corner[2] > CLEAR_HEIGHT)) return;
    const [a, b, c] = shortestFirst(corners);
    const [across, along] = [flat(a, b), Math.max(flat(a, c), flat(b, c))];
    if (map.lanesAt(a[0], a[1], along, found) === 0) return;
    const [m, n] = [Math.ceil(across / 0.5) + 1, Math.ceil(along / 0.5) + 1];
    for (let j = 0; j <= n; j++) {
      for (let i = 0; i <= m; i++) {
        const v = j / n;
        const u = (1 - v) * (i / m);
        const at = a.map((p, k) => p + u * (b[k]! - p) + v * (c[k]! - p)) as Vec;
        if (at[2] > CLEAR_HEIGHT) continue;
        if (map.lanesAt(at[0], at[1], -EDGE, found) === 0) continue;
        fault = `map ${map.seed} lane ${found[0]}: (${at.map((p) => p.toFixed(2)).join(', ')})`;
      }
    }
  });
  return fault;
}

/** The first triangle whose corners' normals are not on its own side, or not of unit length. */
function wrongNormal(data: MeshData, upwards: boolean): string | undefined {
  let fault: string | undefined;
  forTriangles(data, ([a, b, c], i) => {
    const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
    const own = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
    const area = Math.hypot(...own);
    // Where borders narrow to nothing their facets do as well.
    if (area < 1e-3) return;
    for (let k = 0; k < 3; k++) {
      const at = 3 * data.indices[i + k]!;
      const normal = [0, 1, 2].map((d) => data.normals![at + d]!) as Vec;
      const agrees = own.reduce((sum, o, d) => sum + (o / area) * normal[d]!, 0);
      const unit = Math.abs(Math.hypot(...normal) - 1) < 1e-4;
      if (agrees > 0 && unit && (!upwards || own[2] > 0)) continue;
      fault ??= `triangle ${i / 3} at (${a.map((p) => p.toFixed(2)).join(', ')}): ${agrees}`;
    }
  });
  return fault;
}

const standing = ['kerbs', 'furniture', 'plants', 'glow'];
const lying = ['terrain', 'road', 'markings'];

function checkClear(map: RoadMap): void {
  const scenery = createScenery(map);
  for (const id of standing) {
    const data = scenery.meshes[id];
    if (data) expect(onLane(map, data), id).toBeUndefined();
  }
}

describe('[SCENE-1] scenery keeps lanes clear', () => {
  it('[SCENE-1] for random maps of one to five lanes', () => {
    fc.assert(fc.property(maps, checkClear), { numRuns: 10 });
  });

  it('[SCENE-1] for every kind of block', () => {
    for (const kind of 'SCrRXTOyY') checkClear(generateMap(5, { ...options, sequence: kind }));
  });

  it('[SCENE-1] the check itself finds a lamp that stands on a lane', () => {
    const map = generateMap(3, options);
    const { plants } = createScenery(map).meshes;
    const point = new Float64Array(2);
    map.lanes[2]!.pointAt(4, 0, point);
    const positions = plants!.positions.slice();
    const at = 3 * plants!.indices[0]!;
    positions.set([point[0]!, point[1]!, 1], at);
    expect(onLane(map, { ...plants!, positions })).toMatch(/lane/);
  });
});

describe('[SCENE-2] meshes are sound', () => {
  it('[SCENE-2] normals agree with their triangles; ground, road and paint face up', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const scenery = createScenery(map);
        for (const id of [...lying, ...standing]) {
          const data = scenery.meshes[id];
          if (data) expect(wrongNormal(data, lying.includes(id)), id).toBeUndefined();
        }
      }),
      { numRuns: 10 },
    );
  });

  it('[SCENE-2] indices, positions and colours are in range, every mesh is drawn once', () => {
    const scenery = createScenery(generateMap(8, { ...options, sequence: 'XOCr' }));
    const drawn = scenery.statics.flatMap((body) => body.geoms.map((geom) => geom.mesh));
    expect(drawn.toSorted()).toEqual(Object.keys(scenery.meshes).toSorted());
    for (const [id, data] of Object.entries(scenery.meshes)) {
      const vertices = data.positions.length / 3;
      expect(
        data.indices.every((i) => i < vertices),
        id,
      ).toBe(true);
      expect(data.positions.every(Number.isFinite), id).toBe(true);
      expect(
        data.colours!.every((c) => c >= 0 && c <= 1.2),
        id,
      ).toBe(true);
      expect(data.normals!.length, id).toBe(data.positions.length);
      expect(data.colours!.length, id).toBe(data.positions.length);
    }
  });
});

describe('[SCENE-3] scenery follows from the map', () => {
  it('[SCENE-3] is the same for the same map and differs between maps', () => {
    // Bytes of all arrays: comparing number by number takes seconds.
    const bytes = (seed: number) =>
      Buffer.concat(
        Object.values(createScenery(generateMap(seed, options)).meshes).flatMap((data) =>
          [data.positions, data.normals!, data.colours!, data.indices].map((array) =>
            Buffer.from(array.buffer, array.byteOffset, array.byteLength),
          ),
        ),
      );
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(bytes(seed).equals(bytes(seed))).toBe(true);
        expect(bytes(seed).equals(bytes(seed + 1))).toBe(false);
      }),
      { numRuns: 4 },
    );
  });
});

describe('[SCENE-4] scenery is bounded', () => {
  it('[SCENE-4] seven meshes at most, whatever the map; 90,000 triangles for twenty blocks', () => {
    for (const seed of [1, 2]) {
      const { meshes } = createScenery(generateMap(seed, { ...options, blocks: 20 }));
      expect(Object.keys(meshes).length).toBeLessThanOrEqual(7);
      let triangles = 0;
      for (const data of Object.values(meshes)) triangles += data.indices.length / 3;
      expect(triangles).toBeLessThan(90_000);
    }
  });
});

describe('[SCENE-5] what belongs to a road is there', () => {
  it('[SCENE-5] a gantry spans the end of the route, high above its lanes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const map = generateMap(seed, options);
        const end = map.roads.find((road) => road.to === map.destination)!;
        const covered = new Set<number>();
        const lanes = new Int32Array(8);
        const { positions } = mesh(createScenery(map), 'furniture');
        for (let i = 0; i < positions.length; i += 3) {
          if (positions[i + 2]! < 6) continue;
          const count = map.lanesAt(positions[i]!, positions[i + 1]!, 0, lanes);
          for (const id of lanes.slice(0, Math.min(count, 8))) covered.add(id);
        }
        for (const id of end.lanes) expect(covered).toContain(id);
      }),
      { numRuns: 10 },
    );
  });

  it('[SCENE-5] whoever enters a roundabout gives way; at a crossing the through road goes first', () => {
    const round = findApproaches(generateMap(4, { ...options, sequence: 'O' }));
    expect(round.length).toBe(4);
    expect(round.every((a) => a.kind === 'roundabout' && a.yields)).toBe(true);
    const cross = findApproaches(generateMap(4, { ...options, sequence: 'X' }));
    expect(cross.map((a) => a.yields).toSorted()).toEqual([false, false, true, true]);
  });

  it('[SCENE-5] the way board shows the turn that the route takes', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const map = generateMap(seed, { ...options, sequence: 'X' });
      const boards = findApproaches(map).filter((a) => a.onward !== undefined);
      expect(boards.length).toBe(1);
      const route = map.route(map.lanes[map.spawnLanes[0]!]!.road)!;
      const inside = route.roads.map((id) => map.lanes[map.roads[id]!.lanes[0]!]!);
      const { turn } = inside.find((lane) => lane.junction)!;
      const onward = boards[0]!.onward!;
      expect(Math.abs(onward) < 0.1 ? 'straight' : onward > 0 ? 'left' : 'right').toBe(turn);
      seen.add(turn);
    }
    expect(seen.size).toBe(3);
  });

  it('[SCENE-5] plants stand on the ground that is drawn', () => {
    const map = generateMap(12, options);
    const terrain = createTerrain(map);
    const { positions, indices } = mesh(createScenery(map), 'terrain');
    for (let i = 0; i < indices.length; i += 97 * 3) {
      const at = [0, 1, 2].map((k) => 3 * indices[i + k]!);
      const [x, y, z] = [0, 1, 2].map(
        (d) => at.reduce((sum, from) => sum + positions[from + d]!, 0) / 3,
      ) as Vec;
      expect(terrain.height(x, y)).toBeCloseTo(z, 2);
    }
  });

  it('[SCENE-5] distances to roads are exact to about a metre', () => {
    const map = generateMap(21, options);
    const distance = createRoadDistance(map, 100);
    const point = new Float64Array(2);
    fc.assert(
      fc.property(
        fc.double({ min: map.bounds.minX - 90, max: map.bounds.maxX + 90, noNaN: true }),
        fc.double({ min: map.bounds.minY - 90, max: map.bounds.maxY + 90, noNaN: true }),
        (x, y) => {
          let nearest = Number.POSITIVE_INFINITY;
          for (const road of map.roads) {
            for (const id of [road.lanes[0]!, road.lanes.at(-1)!]) {
              const lane = map.lanes[id]!;
              for (let s = 0; s <= lane.length; s += 0.5) {
                lane.pointAt(s, 0, point);
                nearest = Math.min(nearest, Math.hypot(point[0]! - x, point[1]! - y));
              }
            }
          }
          // Near the line itself the interpolation between nodes cannot reach zero.
          expect(Math.abs(distance(x, y) - nearest)).toBeLessThan(nearest > 8 ? 1.6 : 4.5);
        },
      ),
      { numRuns: 60 },
    );
  });
});
