/** Traffic signs: right of way and direction before junctions, speed limits, chevrons in bends. */
import type { Lane, RoadMap } from '../contract.ts';
import type { Approach } from './approaches.ts';
import type { BorderRun } from './borders.ts';
import type { MeshBuilder, Placement } from './mesh-builder.ts';
import { palette } from './palette.ts';
import {
  addBack,
  addBoard,
  addPlate,
  addPole,
  arrow,
  diamond,
  digits,
  disc,
  rectangle,
  triangleDown,
} from './plates.ts';
import { beside, roomOf, type Site, spread } from './site.ts';

/** Metres beyond the asphalt's edge, before the junction, and room that a sign needs. */
const ASIDE = 1.15;
const BEFORE = 2.5;
const BOARD_BEFORE = 22;
const BOARD_ASIDE = 2.9;
const SIGN_ROOM = 0.6;
/** Bends tighter than this get chevrons, metres; and how far those stand apart. */
const CHEVRON_RADIUS = 75;
const CHEVRON_SPACING = 11;
const KMH = 3.6;

export function addSigns(
  site: Site,
  borders: readonly BorderRun[],
  approaches: readonly Approach[],
  mesh: MeshBuilder,
): void {
  for (const approach of approaches) {
    addRightOfWaySign(site, approach, mesh);
    addDirections(site, approach, mesh);
  }
  addSpeedLimits(site, mesh);
  for (const run of borders) addChevrons(run, mesh);
}

/** A place beside the lane's right edge, if it is free of lanes and other things. */
function stand(
  site: Site,
  lane: Lane,
  s: number,
  out: number,
  half: number,
): Placement | undefined {
  const at = beside({ lane, side: -1 }, Math.max(0.5, s), out);
  if (!site.free(at.x, at.y, half)) return undefined;
  site.take(at.x, at.y, half);
  return at;
}

function addRightOfWaySign(site: Site, approach: Approach, mesh: MeshBuilder): void {
  const lane = approach.lanes.at(-1)!;
  const at = stand(site, lane, lane.length - BEFORE, ASIDE, SIGN_ROOM);
  if (!at) return;
  addPole(mesh, at, 3);
  if (approach.yields) {
    const outline = triangleDown(2.75, 0.62);
    addBack(mesh, at, outline);
    addPlate(mesh, at, outline, palette.red, 0);
    addPlate(mesh, at, triangleDown(2.75, 0.4), palette.white, 1);
  } else {
    const outline = diamond(2.75, 0.55);
    addBack(mesh, at, outline);
    addPlate(mesh, at, outline, palette.white, 0);
    addPlate(mesh, at, diamond(2.75, 0.42), palette.yellow, 1);
  }
  if (approach.kind === 'roundabout') addRing(mesh, at);
}

/** Blue disc with three arrows that chase each other. */
function addRing(mesh: MeshBuilder, at: Placement): void {
  const middle = 1.75;
  addBack(mesh, at, disc(middle, 0.4));
  addPlate(mesh, at, disc(middle, 0.4), palette.white, 0);
  addPlate(mesh, at, disc(middle, 0.37), palette.blue, 1);
  for (let i = 0; i < 3; i++) {
    const angle = (2 * Math.PI * i) / 3;
    for (const part of arrow(0, 0.17, angle)) {
      const [x, y] = [0.2 * Math.cos(angle), 0.2 * Math.sin(angle)];
      const moved = part.map(([right, up]) => [right + x, up + middle + y] as const);
      addPlate(mesh, at, moved, palette.white, 2);
    }
  }
}

/** A board with the way to the destination, where the route leads on from here. */
function addDirections(site: Site, { lanes, onward }: Approach, mesh: MeshBuilder): void {
  if (onward === undefined) return;
  const lane = lanes.at(-1)!;
  const at = stand(site, lane, lane.length - BOARD_BEFORE, BOARD_ASIDE, 1.5);
  if (!at) return;
  const middle = 3.1;
  addBoard(mesh, at, 1.35, 2.1, 4.1, palette.board);
  const turned = arrow(middle, 0.72, onward);
  for (const part of turned) {
    addPlate(
      mesh,
      at,
      part.map(([right, up]) => [right - 0.4, up] as const),
      palette.white,
      2,
    );
  }
  // A chequered flag beside it: this way to the finish.
  for (let k = 0; k < 9; k++) {
    const [column, row] = [k % 3, Math.floor(k / 3)];
    const [left, low] = [0.42 + column * 0.22, middle - 0.05 + row * 0.22];
    const colour = k % 2 === 0 ? palette.dark : palette.white;
    addPlate(mesh, at, rectangle(left, low, left + 0.22, low + 0.22), colour, 2);
  }
  addPlate(mesh, at, rectangle(0.38, middle - 0.6, 0.42, middle + 0.61), palette.white, 2);
}

/** Where the limit changes along a road, and once behind the start. */
function addSpeedLimits(site: Site, mesh: MeshBuilder): void {
  const { map } = site;
  for (const road of map.roads) {
    const lane = map.lanes[road.lanes.at(-1)!]!;
    if (lane.junction || !Number.isFinite(lane.speedLimit)) continue;
    const limit = posted(lane);
    if (map.spawnLanes.includes(lane.id) || limit !== limitBefore(map, lane)) {
      const s = Math.min(lane.length * 0.5, 4);
      const at = stand(site, lane, s, ASIDE, SIGN_ROOM);
      if (at) addLimit(mesh, at, String(limit));
    }
  }
}

/** Round numbers, as on signs. */
function posted(lane: Lane): number {
  return Math.max(10, Math.floor((lane.speedLimit * KMH + 0.01) / 10) * 10);
}

function limitBefore(map: RoadMap, lane: Lane): number {
  const before = lane.predecessors.map((id) => map.lanes[id]!).find((other) => !other.junction);
  return before ? posted(before) : posted(lane);
}

function addLimit(mesh: MeshBuilder, at: Placement, text: string): void {
  addPole(mesh, at, 2.9);
  addBack(mesh, at, disc(2.5, 0.5));
  addPlate(mesh, at, disc(2.5, 0.5), palette.red, 0);
  addPlate(mesh, at, disc(2.5, 0.4), palette.white, 1);
  for (const stroke of digits(text, 2.5, 0.38)) addPlate(mesh, at, stroke, palette.dark, 2);
}

/** Red and white boards on the outside of tight bends. */
function addChevrons(run: BorderRun, mesh: MeshBuilder): void {
  const { lane, side } = run;
  // Right borders of left-hand bends: the outside, straight ahead of a car that drives in.
  const tight = side < 0 && lane.curvature > 1 / CHEVRON_RADIUS && !lane.junction;
  if (!tight || lane.length < 15) return;
  for (const s of spread(run, CHEVRON_SPACING)) {
    if (roomOf(run, s) < 1.8) continue;
    const at = beside(run, s, 1.35);
    // Turned towards the driver, who sees it across the bend.
    const turned = { ...at, heading: at.heading - 0.35 };
    addPole(mesh, turned, 1.7);
    const [low, high] = [1.05, 1.75];
    addBack(mesh, turned, rectangle(-0.4, low, 0.4, high));
    addPlate(mesh, turned, rectangle(-0.4, low, 0.4, high), palette.red, 0);
    for (const up of [1, -1]) {
      const middle = (low + high) / 2;
      const bar: [number, number][] = [
        [-0.22, middle],
        [0.02, middle],
        [0.24, middle + 0.32 * up],
        [0, middle + 0.32 * up],
      ];
      addPlate(mesh, turned, up > 0 ? bar : bar.reverse(), palette.white, 1);
    }
  }
}
