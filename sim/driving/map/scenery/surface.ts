/** Asphalt: one band per lane. Bands of a junction overlap in one plane and one colour. */
import type { Lane, RoadMap } from '../contract.ts';
import { stations } from './course.ts';
import type { Colour, MeshBuilder, Point } from './mesh-builder.ts';
import { palette } from './palette.ts';

/** Paint lies this far above the asphalt so that depth buffers tell them apart, metres. */
export const PAINT = 0.02;
/** Metres; hidden under the kerb at borders. */
const OVERLAP = 0.08;
const UP = [0, 0, 1] as const;
const point = new Float64Array(2);

/** Metres to the left of a lane's centre line, the same everywhere or by `s`. */
export type Offset = number | ((s: number) => number);

export function offsetAt(offset: Offset, s: number): number {
  return typeof offset === 'number' ? offset : offset(s);
}

/** The lane's edge, moved outwards by `out` metres. */
export function edgeOf(lane: Lane, side: 1 | -1, out: number): Offset {
  if (!lane.profile) return side * (lane.width / 2 + out);
  return (s) => side * (lane.widthAt(s) / 2 + out);
}

/** A band of the lane's course between two offsets (left positive), `z` metres above the ground. */
export function addBand(
  mesh: MeshBuilder,
  lane: Lane,
  from: number,
  to: number,
  right: Offset,
  left: Offset,
  z: number,
  colour: Colour,
): void {
  let previous: [number, number] | undefined;
  for (const s of stations(lane, from, to, offsetAt(lane.curvature > 0 ? right : left, from))) {
    const a = mesh.vertex(above(lane, s, offsetAt(right, s), z), UP, colour);
    const b = mesh.vertex(above(lane, s, offsetAt(left, s), z), UP, colour);
    if (previous) {
      mesh.triangle(previous[0], a, b);
      mesh.triangle(previous[0], b, previous[1]);
    }
    previous = [a, b];
  }
}

/** The point `z` metres above the lane. */
export function above(lane: Lane, s: number, lateral: number, z: number): Point {
  lane.pointAt(s, lateral, point);
  return [point[0]!, point[1]!, z + lane.heightAt(s, lateral)];
}

export function addSurfaces(map: RoadMap, mesh: MeshBuilder): void {
  for (const lane of map.lanes) {
    // Neighbours overlap a little: chords of different arcs would leave slits.
    const [right, left] = [edgeOf(lane, -1, OVERLAP), edgeOf(lane, 1, OVERLAP)];
    addBand(mesh, lane, 0, lane.length, right, left, 0, palette.asphalt);
  }
}
