/** Painted lines: broken white, continuous edge lines, yellow centre lines. */
import type { Lane, RoadMap } from '../contract.ts';
import type { MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';
import { addBand, PAINT } from './surface.ts';

const LINE_WIDTH = 0.15;
const DASH = 3;
const GAP = 6;

export function addMarkings(map: RoadMap, mesh: MeshBuilder): void {
  for (const lane of map.lanes) {
    addLine(mesh, lane, 'left');
    addLine(mesh, lane, 'right');
  }
}

function addLine(mesh: MeshBuilder, lane: Lane, side: 'left' | 'right'): void {
  const kind = side === 'left' ? lane.leftLine : lane.rightLine;
  const sign = side === 'left' ? 1 : -1;
  const edge = (sign * lane.width) / 2;
  if (kind === 'none' || (kind === 'kerb' && lane.junction)) return;
  if (kind === 'broken') {
    // Shared by two lanes of a road: painted once, by the one to the right of it.
    if (side === 'left') addDashes(mesh, lane, edge);
    return;
  }
  const yellow = side === 'left' && lane.leftLineColour === 'yellow';
  const colour = yellow ? palette.yellow : palette.white;
  // A yellow line has its twin on the opposite road; edge lines keep clear of the kerb.
  const inset = yellow ? 0.1 : 0.2;
  const middle = edge - sign * (inset + LINE_WIDTH / 2);
  addBand(
    mesh,
    lane,
    0,
    lane.length,
    middle - LINE_WIDTH / 2,
    middle + LINE_WIDTH / 2,
    PAINT,
    colour,
  );
}

/** As many whole dash-and-gap periods as fit, stretched to the lane, half a gap at both ends. */
function addDashes(mesh: MeshBuilder, lane: Lane, lateral: number): void {
  const periods = Math.max(1, Math.round(lane.length / (DASH + GAP)));
  const period = lane.length / periods;
  const dash = (period * DASH) / (DASH + GAP);
  for (let i = 0; i < periods; i++) {
    const from = i * period + (period - dash) / 2;
    const [right, left] = [lateral - LINE_WIDTH / 2, lateral + LINE_WIDTH / 2];
    addBand(mesh, lane, from, from + dash, right, left, PAINT, palette.white);
  }
}
