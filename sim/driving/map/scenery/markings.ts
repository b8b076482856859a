/** Painted lines: broken white, continuous edge lines, yellow centre lines. */
import type { Lane, LineColour, RoadMap } from '../contract.ts';
import type { Colour, MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';
import { addBand, edgeOf, PAINT } from './surface.ts';

const LINE_WIDTH = 0.15;
const DASH = 3;
const GAP = 6;

export function addMarkings(map: RoadMap, mesh: MeshBuilder): void {
  for (const lane of map.lanes) {
    addLine(map, mesh, lane, 'left');
    addLine(map, mesh, lane, 'right');
  }
}

function addLine(map: RoadMap, mesh: MeshBuilder, lane: Lane, side: 'left' | 'right'): void {
  const kind = side === 'left' ? lane.leftLine : lane.rightLine;
  const sign = side === 'left' ? 1 : -1;
  if (kind === 'none' || (kind === 'kerb' && lane.junction)) return;
  if (kind === 'broken') {
    if (paintsDashes(map, lane, side)) addDashes(mesh, lane, sign);
    return;
  }
  const yellow = (side === 'left' ? lane.leftLineColour : lane.rightLineColour) === 'yellow';
  const colour = coloured(yellow ? 'yellow' : 'white');
  // A yellow line has its twin on the opposite road; edge lines keep clear of the kerb.
  const inset = yellow ? 0.1 : 0.2;
  const outer = edgeOf(lane, sign, -inset);
  const inner = edgeOf(lane, sign, -inset - LINE_WIDTH);
  const [right, left] = sign > 0 ? [inner, outer] : [outer, inner];
  addBand(mesh, lane, 0, lane.length, right, left, PAINT, colour);
}

/** Dashes shared by two lanes are painted once: by the one to the right of them, or the first of two roads. */
function paintsDashes(map: RoadMap, lane: Lane, side: 'left' | 'right'): boolean {
  if (side === 'right' && lane.right >= 0) return false;
  if (side === 'left' && lane.left >= 0) return true;
  const { opposite } = map.roads[lane.road]!;
  return opposite < 0 || lane.road < opposite || (side === 'right') !== (map.leftHand ?? false);
}

function coloured(colour: LineColour): Colour {
  return colour === 'yellow' ? palette.yellow : palette.white;
}

/** As many whole dash-and-gap periods as fit, stretched to the lane, half a gap at both ends. */
function addDashes(mesh: MeshBuilder, lane: Lane, side: 1 | -1): void {
  const periods = Math.max(1, Math.round(lane.length / (DASH + GAP)));
  const period = lane.length / periods;
  const dash = (period * DASH) / (DASH + GAP);
  for (let i = 0; i < periods; i++) {
    const from = i * period + (period - dash) / 2;
    const half = (side * LINE_WIDTH) / 2;
    const [right, left] = [edgeOf(lane, side, -half), edgeOf(lane, side, half)];
    const colour = coloured(side > 0 ? lane.leftLineColour : lane.rightLineColour);
    addBand(mesh, lane, from, from + dash, right, left, PAINT, colour);
  }
}
