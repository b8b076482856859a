/** Asphalt: one band per lane. Bands of a junction overlap in one plane and one colour. */
import type { Lane, RoadMap } from '../contract.ts';
import { stations } from './course.ts';
import type { Colour, MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';

/** Paint lies this far above the asphalt so that depth buffers tell them apart, metres. */
export const PAINT = 0.02;
/** Metres; hidden under the kerb at borders. */
const OVERLAP = 0.08;
const UP = [0, 0, 1] as const;
const point = new Float64Array(2);

/** A band of the lane's course between two offsets (left positive) at height z. */
export function addBand(
  mesh: MeshBuilder,
  lane: Lane,
  from: number,
  to: number,
  right: number,
  left: number,
  z: number,
  colour: Colour,
): void {
  let previous: [number, number] | undefined;
  for (const s of stations(lane, from, to, lane.curvature > 0 ? right : left)) {
    lane.pointAt(s, right, point);
    const a = mesh.vertex([point[0]!, point[1]!, z], UP, colour);
    lane.pointAt(s, left, point);
    const b = mesh.vertex([point[0]!, point[1]!, z], UP, colour);
    if (previous) {
      mesh.triangle(previous[0], a, b);
      mesh.triangle(previous[0], b, previous[1]);
    }
    previous = [a, b];
  }
}

export function addSurfaces(map: RoadMap, mesh: MeshBuilder): void {
  for (const lane of map.lanes) {
    // Neighbours overlap a little: chords of different arcs would leave slits.
    const half = lane.width / 2 + OVERLAP;
    addBand(mesh, lane, 0, lane.length, -half, half, 0, palette.asphalt);
  }
}
