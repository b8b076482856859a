/** Ground that a file describes beside its lanes: shoulders, sidewalks, medians. */
import type { GroundStrip, Lane, Road, RoadMap } from '../contract.ts';
import { courseRows } from '../course.ts';
import { createLaneIndex } from '../lane-index.ts';
import { stations } from './course.ts';
import { KERB_HEIGHT } from './kerbs.ts';
import type { Colour, MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';
import { above, edgeOf, offsetAt } from './surface.ts';

/** The block of strips that have no kerb at their far side, and of those that have one. */
const SOFT = 'g';
const HARD = 'C';

/**
 * The map with its strips as lanes of roads of their own, so that what is built and planted keeps off them and
 * borders run along their outer edges.
 */
export function withStrips(map: RoadMap): RoadMap {
  const { strips } = map;
  if (!strips || strips.length === 0) return map;
  const block = map.blocks.length;
  const blocks = [...map.blocks, { kind: SOFT, roads: [] }, { kind: HARD, roads: [] }];
  const lanes: Lane[] = [...map.lanes];
  const roads: Road[] = [...map.roads];
  for (const { lane, kind } of strips) {
    const [id, road] = [lanes.length, roads.length];
    lanes.push({ ...lane, id, road });
    roads.push({
      id: road,
      from: -1,
      to: -1,
      opposite: -1,
      lanes: [id],
      block: kind === 'asphalt' ? block + 1 : block,
      length: lane.length,
    });
  }
  const courses = courseRows(lanes, roads);
  return { ...map, blocks, lanes, roads, courses, ...createLaneIndex(lanes, courses) };
}

const LOOKS: Readonly<Record<GroundStrip['kind'], { colour: Colour; up: number }>> = {
  asphalt: { colour: palette.asphalt, up: -0.01 },
  sidewalk: { colour: palette.sidewalk, up: KERB_HEIGHT },
  grass: { colour: palette.grass, up: -0.03 },
};
const UP = [0, 0, 1] as const;
const point = new Float64Array(2);
const found = new Int32Array(1);

/** In junctions strips may lie on lanes that cross them: lanes go first. */
export function addStrips(map: RoadMap, mesh: MeshBuilder): void {
  for (const { lane, kind } of map.strips ?? []) {
    const { colour, up } = LOOKS[kind];
    const [right, left] = [edgeOf(lane, -1, 0), edgeOf(lane, 1, 0)];
    let before: number[] | undefined;
    for (const s of stations(lane, 0, lane.length)) {
      const [r, l] = [offsetAt(right, s), offsetAt(left, s)];
      if (l - r < 0.02 || crossed(map, lane, s, [r + 0.1, (r + l) / 2, l - 0.1])) {
        before = undefined;
        continue;
      }
      // Down at both sides, so that a raised strip has edges.
      const places = [above(lane, s, r, -0.05), above(lane, s, r, up)];
      places.push(above(lane, s, l, up), above(lane, s, l, -0.05));
      const now = places.map((place) => mesh.vertex(place, UP, colour));
      if (before) addQuads(mesh, before, now);
      before = now;
    }
  }
}

function addQuads(mesh: MeshBuilder, before: readonly number[], now: readonly number[]): void {
  for (let i = 0; i < 3; i++) {
    mesh.triangle(before[i]!, now[i]!, now[i + 1]!);
    mesh.triangle(before[i]!, now[i + 1]!, before[i + 1]!);
  }
}

function crossed(map: RoadMap, lane: Lane, s: number, laterals: readonly number[]): boolean {
  return laterals.some((lateral) => {
    lane.pointAt(s, lateral, point);
    return map.lanesAt(point[0]!, point[1]!, -0.05, found) > 0;
  });
}
