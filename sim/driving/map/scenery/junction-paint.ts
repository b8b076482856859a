/** Paint before junctions: give-way teeth and arrows for the turns that a lane is for. */
import type { Lane, RoadMap } from '../contract.ts';
import type { Approach } from './approaches.ts';
import type { MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';
import { above, addBand, PAINT } from './surface.ts';

/** Metres: a tooth's base, length and gap; from the line to the junction. */
const TOOTH = 0.5;
const TOOTH_LENGTH = 0.7;
const TOOTH_GAP = 0.35;
const LINE_BEFORE = 0.6;
const STOP_WIDTH = 0.4;
/** From the junction to the arrows' tips, and the shortest lane that has them. */
const ARROW_BEFORE = 7;
const ARROW_LANE = 16;

const UP = [0, 0, 1] as const;
export function addJunctionPaint(
  map: RoadMap,
  approaches: readonly Approach[],
  mesh: MeshBuilder,
): void {
  for (const { lanes, kind, yields } of approaches) {
    for (const lane of lanes) {
      if (yields && kind === 'roundabout') addTeeth(mesh, lane);
      else if (yields) addStopLine(mesh, lane);
      if (kind === 'crossing' && lane.length >= ARROW_LANE) addArrows(map, mesh, lane);
    }
  }
}

function addStopLine(mesh: MeshBuilder, lane: Lane): void {
  const to = lane.length - LINE_BEFORE;
  const half = lane.widthAt(to) / 2 - 0.2;
  addBand(mesh, lane, to - STOP_WIDTH, to, -half, half, PAINT, palette.white);
}

/** Triangles across the lane that point at the traffic that gives way. */
function addTeeth(mesh: MeshBuilder, lane: Lane): void {
  const pitch = TOOTH + TOOTH_GAP;
  const count = Math.floor((lane.width - 0.5) / pitch);
  const to = lane.length - LINE_BEFORE;
  for (let i = 0; i < count; i++) {
    const middle = (i - (count - 1) / 2) * pitch;
    addTriangle(mesh, lane, [
      [to - TOOTH_LENGTH, middle],
      [to, middle - TOOTH / 2],
      [to, middle + TOOTH / 2],
    ]);
  }
}

/** Corners as (s, left), counter-clockwise from above. */
function addTriangle(
  mesh: MeshBuilder,
  lane: Lane,
  corners: readonly (readonly [number, number])[],
): void {
  const [a, b, c] = corners.map(([s, left]) => {
    return mesh.vertex(above(lane, s, left, PAINT), UP, palette.white);
  }) as [number, number, number];
  mesh.triangle(a, b, c);
}

function addArrows(map: RoadMap, mesh: MeshBuilder, lane: Lane): void {
  const turns = new Set(lane.trafficSuccessors.map((id) => map.lanes[id]!.turn));
  const tip = lane.length - ARROW_BEFORE;
  const [width, colour] = [0.09, palette.white];
  addBand(
    mesh,
    lane,
    tip - 4.4,
    tip - (turns.has('straight') ? 1.3 : 1.6),
    -width,
    width,
    PAINT,
    colour,
  );
  if (turns.has('straight')) {
    addTriangle(mesh, lane, [
      [tip, 0],
      [tip - 1.4, 0.38],
      [tip - 1.4, -0.38],
    ]);
  }
  for (const side of [1, -1] as const) {
    if (!turns.has(side > 0 ? 'left' : 'right')) continue;
    const [low, high] = side > 0 ? [width, 0.62] : [-0.62, -width];
    addBand(mesh, lane, tip - 1.85, tip - 1.6, low, high, PAINT, colour);
    const head: (readonly [number, number])[] = [
      [tip - 1.72, side * 1.15],
      [tip - 2.15, side * 0.55],
      [tip - 1.3, side * 0.55],
    ];
    addTriangle(mesh, lane, side > 0 ? head : head.reverse());
  }
}
