/**
 * Accident scenes: cones closing a lane, or a broken-down car behind a warning triangle. Positions
 * follow from the seed; what was knocked over is state.
 */
import type { Random } from '../../random.ts';
import { BOX_KIND, type Boxes, placeBox } from '../frame/boxes.ts';
import type { Lane, RoadMap, Route } from '../map/contract.ts';

/** Rows of `Boxes` by what they hold; fixed for an environment, so that bodies keep their slots. */
export interface ObjectSlots {
  /** First row. */
  readonly start: number;
  readonly cones: number;
  readonly vehicles: number;
  readonly triangles: number;
}

export const CONE_SIZE = { halfLength: 0.2, halfWidth: 0.2 } as const;
export const TRIANGLE_SIZE = { halfLength: 0.2, halfWidth: 0.4 } as const;
export const BROKEN_SIZE = { halfLength: 2.26, halfWidth: 0.93 } as const;

/** Share of scenes that are construction sites (MetaDrive). */
const CONSTRUCTION = 0.67;
const CONES_PER_SITE = 10;
/** Metres of lane a site or breakdown needs, with room to steer around it on both sides. */
const ROOM = 30;

export function objectSlots(start: number, blocks: number): ObjectSlots {
  return { start, cones: CONES_PER_SITE * blocks, vehicles: blocks, triangles: blocks };
}

export function slotCount(slots: ObjectSlots): number {
  return slots.cones + slots.vehicles + slots.triangles;
}

interface Free {
  cone: number;
  vehicle: number;
  triangle: number;
}

/** Place the scenes of an episode. */
export function placeObjects(
  boxes: Boxes,
  slots: ObjectSlots,
  map: RoadMap,
  route: Route,
  probability: number,
  random: Random,
): void {
  const end = slots.start + slotCount(slots);
  boxes.kind.fill(BOX_KIND.none, slots.start, end);
  const free: Free = {
    cone: slots.start,
    vehicle: slots.start + slots.cones,
    triangle: slots.start + slots.cones + slots.vehicles,
  };
  // Block 0 is where episodes start: it stays clear.
  for (let block = 1; block < map.blocks.length; block++) {
    if (random.next() >= probability) continue;
    const roads = route.roads.filter((id) => {
      const road = map.roads[id]!;
      return road.block === block && road.lanes.length > 1 && road.length >= ROOM;
    });
    const construction = random.next() < CONSTRUCTION;
    const pick = random.next();
    const leftmost = random.next() < 0.5;
    const along = random.next();
    if (roads.length === 0) continue;
    const road = map.roads[roads[Math.floor(pick * roads.length)]!]!;
    const lane = map.lanes[road.lanes[leftmost ? 0 : road.lanes.length - 1]!]!;
    const s = 10 + along * Math.max(0, lane.length - ROOM);
    if (construction) site(boxes, slots, free, lane, s, leftmost ? 1 : -1);
    else breakdown(boxes, slots, free, lane, s);
  }
}

const point = new Float64Array(2);

function put(
  boxes: Boxes,
  row: number,
  kind: number,
  size: { readonly halfLength: number; readonly halfWidth: number },
  lane: Lane,
  s: number,
  lateral: number,
): void {
  lane.pointAt(s, lateral, point);
  boxes.kind[row] = kind;
  boxes.halfLength[row] = size.halfLength;
  boxes.halfWidth[row] = size.halfWidth;
  boxes.reach[row] = Math.hypot(size.halfLength, size.halfWidth);
  placeBox(boxes, row, point[0]!, point[1]!, lane.headingAt(s));
}

/** Ten metres of closed lane: a taper from the border, then a row along the open lane. */
function site(
  boxes: Boxes,
  slots: ObjectSlots,
  free: Free,
  lane: Lane,
  s: number,
  side: 1 | -1,
): void {
  for (let i = 0; i < CONES_PER_SITE && free.cone < slots.start + slots.cones; i++) {
    const taper = Math.min(1, i / 3) * Math.min(1, (CONES_PER_SITE - 1 - i) / 2);
    const lateral = side * lane.width * (0.45 - 0.8 * taper);
    put(boxes, free.cone++, BOX_KIND.cone, CONE_SIZE, lane, s + i * 1.2, lateral);
  }
}

function breakdown(boxes: Boxes, slots: ObjectSlots, free: Free, lane: Lane, s: number): void {
  if (free.vehicle >= slots.start + slots.cones + slots.vehicles) return;
  put(boxes, free.vehicle++, BOX_KIND.brokenVehicle, BROKEN_SIZE, lane, s + 12, 0);
  put(boxes, free.triangle++, BOX_KIND.triangle, TRIANGLE_SIZE, lane, s, 0);
}
