/** The arrival: a chequered line across the road and a gantry above it. */
import type { Lane, RoadMap } from '../contract.ts';
import { addBox, type MeshBuilder, type Placement } from './mesh-builder.ts';
import { palette } from './palette.ts';
import { addPlate, rectangle } from './plates.ts';
import type { Site } from './site.ts';
import { addBand, PAINT } from './surface.ts';

/** Metres before the road's end, of posts beyond the asphalt, and of clear height below the beam. */
const BEFORE = 3;
const POST_ASIDE = 1.2;
const CLEAR_HEIGHT = 6;
const BEAM_HEIGHT = 1.3;
/** Widest carriageway that is searched for its far side, metres. */
const WIDEST = 60;
const SQUARE = 0.6;

/** The lanes that end at the destination, from left to right; none on circuits. */
function finish(map: RoadMap): readonly Lane[] {
  const start = map.roads[map.lanes[map.spawnLanes[0] ?? 0]!.road]!;
  if (start.from === map.destination) return [];
  const last = map.roads[map.route(start.id)?.roads.at(-1) ?? -1];
  if (!last) return [];
  return last.lanes.map((id) => map.lanes[id]!);
}

export function addFinishLine(map: RoadMap, mesh: MeshBuilder): void {
  for (const lane of finish(map)) {
    const squares = Math.round(lane.width / SQUARE);
    const wide = lane.width / squares;
    for (let row = 0; row < 3; row++) {
      const s = lane.length - BEFORE + (row - 1.5) * SQUARE;
      for (let i = 0; i < squares; i++) {
        const right = i * wide - lane.width / 2;
        const colour = (i + row) % 2 === 0 ? palette.white : palette.dark;
        addBand(mesh, lane, s, s + SQUARE, right, right + wide, PAINT + 0.005, colour);
      }
    }
  }
}

export function addGantry(site: Site, mesh: MeshBuilder): void {
  const lanes = finish(site.map);
  const [first, last] = [lanes[0], lanes.at(-1)];
  if (!first || !last) return;
  const s = last.length - BEFORE;
  const point = new Float64Array(2);
  const clear = (out: number) => {
    last.pointAt(s, out, point);
    return site.free(point[0]!, point[1]!, POST_ASIDE - 0.2);
  };
  // From the right-hand edge leftwards over all lanes of both directions.
  let left = last.width / 2 + (lanes.length - 1) * last.width;
  while (!clear(left) && left < WIDEST) left += 0.25;
  let right = -last.width / 2 - 0.5;
  while (!clear(right) && right > -WIDEST) right -= 0.25;
  if (left >= WIDEST || right <= -WIDEST) return;
  last.pointAt(s, 0, point);
  const at = { x: point[0]!, y: point[1]!, z: last.heightAt(s, 0), heading: last.headingAt(s) };
  addFrame(mesh, at, left, right);
  const forward = (left + right) / 2;
  addBanner(mesh, at, right, left);
  // Traffic from the other side can read it as well.
  addBanner(mesh, { ...at, heading: at.heading + Math.PI }, -left, -right);
  for (const y of [left, right, forward]) {
    last.pointAt(s, y, point);
    if (y !== forward) site.take(point[0]!, point[1]!, 1);
  }
}

function addFrame(mesh: MeshBuilder, at: Placement, left: number, right: number): void {
  const top = CLEAR_HEIGHT + BEAM_HEIGHT;
  for (const y of [left, right]) {
    addBox(mesh, at, [-0.28, y - 0.28, -0.4], [0.28, y + 0.28, 0.5], palette.kerb);
    addBox(mesh, at, [-0.18, y - 0.18, 0.5], [0.18, y + 0.18, top + 0.3], palette.steel);
  }
  addBox(mesh, at, [-0.05, right, CLEAR_HEIGHT], [0.05, left, top], palette.dark, true);
  for (const z of [CLEAR_HEIGHT, top]) {
    addBox(mesh, at, [-0.12, right, z - 0.08], [0.12, left, z + 0.08], palette.steel, true);
  }
}

/** Chequers from `right` to `left` metres (left positive) that face the traffic along `at`. */
function addBanner(mesh: MeshBuilder, at: Placement, right: number, left: number): void {
  const [low, high] = [CLEAR_HEIGHT + 0.1, CLEAR_HEIGHT + BEAM_HEIGHT - 0.1];
  const rows = 2;
  const size = (high - low) / rows;
  const columns = Math.round((left - right - 0.6) / size);
  const wide = (left - right - 0.6) / columns;
  for (let i = 0; i < columns; i++) {
    for (let row = 0; row < rows; row++) {
      const x = 0.3 - left + i * wide;
      const colour = (i + row) % 2 === 0 ? palette.white : palette.dark;
      const z = low + row * size;
      addPlate(mesh, at, rectangle(x, z, x + wide, z + size), colour, 0);
    }
  }
}
