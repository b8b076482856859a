/**
 * A closed circuit from a seed: a star-shaped polygon around the origin whose corners are rounded by
 * arcs, so that it is closed and smooth by construction; layouts that come too near to themselves or
 * bend too tightly are thrown away. As a `RoadMap` its pieces are lanes in a ring.
 */
import { createRandom, type Random } from '../../random.ts';
import type { Lane, Road, RoadMap } from '../map/contract.ts';
import { courseRows } from '../map/course.ts';
import { advance, type Frame, type Path } from '../map/frame.ts';
import { createLane } from '../map/lane.ts';
import { createLaneIndex } from '../map/lane-index.ts';

/** Stream of the track's random numbers. */
const TRACK_STREAM = 0x7274;
const TRIES = 400;
/** Tightest centre line, metres, and the most a corner may turn. */
export const MIN_RADIUS = 18;
const MAX_RADIUS = 70;
const MAX_TURN = (140 * Math.PI) / 180;
/** Smaller turns are no corners: their arcs would be so short that rounding errors matter. */
const MIN_TURN = 0.02;
/** Ground between two stretches of track side by side, metres. */
export const GROUND_BETWEEN = 8;
/** Straight left between two corners at least, metres. */
const MIN_STRAIGHT = 3;
const SAMPLE = 4;

export interface Track {
  readonly seed: number;
  readonly map: RoadMap;
  readonly lanes: readonly Lane[];
  /** Metres of track before each lane; the start line is at 0. */
  readonly offsets: Float64Array;
  readonly length: number;
  readonly width: number;
}

/** @throws Error naming the seed when no layout fits within bounded tries. */
export function generateTrack(seed: number, width: number): Track {
  const random = createRandom(seed, TRACK_STREAM);
  for (let i = 0; i < TRIES; i++) {
    const paths = layOut(random);
    if (paths && apart(paths, width + GROUND_BETWEEN)) return buildTrack(seed, paths, width);
  }
  throw new Error(`track seed ${seed}: no layout in ${TRIES} tries; use another seed`);
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** Straights and arcs in turn, starting in the middle of the longest straight. */
function layOut(random: Random): Path[] | undefined {
  const count = 7 + random.integer(6);
  const size = random.uniform(85, 130);
  const mirror = random.next() < 0.5 ? -1 : 1;
  const corners: Corner[] = Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * (i + random.uniform(-0.3, 0.3))) / count;
    const radius = size * random.uniform(0.5, 1.25);
    return { x: radius * Math.cos(angle), y: mirror * radius * Math.sin(angle) };
  });
  const edges = corners.map((corner, i) => {
    const next = corners[(i + 1) % count]!;
    const length = Math.hypot(next.x - corner.x, next.y - corner.y);
    return { length, heading: Math.atan2(next.y - corner.y, next.x - corner.x) };
  });
  // Each corner takes at most its half of the shorter edge beside it.
  const arcs = corners.map((_, i) => {
    const before = edges[(i + count - 1) % count]!;
    const after = edges[i]!;
    const turn = wrap(after.heading - before.heading);
    const half = (Math.min(before.length, after.length) - MIN_STRAIGHT) / 2;
    const radius = Math.min(
      random.uniform(MIN_RADIUS, MAX_RADIUS),
      half / Math.tan(Math.abs(turn) / 2),
    );
    return { turn, radius, tangent: radius * Math.tan(Math.abs(turn) / 2) };
  });
  const fits = (a: (typeof arcs)[number]) =>
    Math.abs(a.turn) <= MAX_TURN && Math.abs(a.turn) >= MIN_TURN && a.radius >= MIN_RADIUS;
  if (!arcs.every(fits)) return undefined;
  const straights = edges.map(
    (e, i) => e.length - arcs[i]!.tangent - arcs[(i + 1) % count]!.tangent,
  );
  const first = straights.indexOf(Math.max(...straights));
  const paths: Path[] = [];
  let frame: Frame = startOf(
    corners[first]!,
    edges[first]!.heading,
    arcs[first]!.tangent + straights[first]! / 2,
  );
  const add = (length: number, curvature: number) => {
    paths.push({ ...frame, length, curvature });
    frame = advance(frame, length, curvature);
  };
  add(straights[first]! / 2, 0);
  for (let k = 1; k <= count; k++) {
    const i = (first + k) % count;
    const { turn, radius } = arcs[i]!;
    add(radius * Math.abs(turn), Math.sign(turn) / radius);
    add(k === count ? straights[first]! / 2 : straights[i]!, 0);
  }
  return paths;
}

function startOf(corner: Corner, heading: number, ahead: number): Frame {
  return {
    x: corner.x + ahead * Math.cos(heading),
    y: corner.y + ahead * Math.sin(heading),
    heading,
  };
}

function wrap(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/**
 * Are stretches that are far along the track also apart on the ground? Nearer ones are, because a curve
 * no tighter than R keeps a chord of 2R sin(s/2R) over s metres (Schur).
 */
function apart(paths: readonly Path[], distance: number): boolean {
  const x: number[] = [];
  const y: number[] = [];
  for (const path of paths) {
    const pieces = Math.max(1, Math.round(path.length / SAMPLE));
    for (let i = 0; i < pieces; i++) {
      const at = advance(path, (path.length * i) / pieces, path.curvature);
      x.push(at.x);
      y.push(at.y);
    }
  }
  const count = x.length;
  const near = Math.ceil((Math.PI * MIN_RADIUS) / SAMPLE);
  // Samples lie up to half a step off the true nearest points.
  const limit = (distance + SAMPLE / 2) ** 2;
  for (let i = 0; i < count; i++) {
    for (let j = i + near; j < count && j <= i + count - near; j++) {
      const dx = x[i]! - x[j]!;
      const dy = y[i]! - y[j]!;
      if (dx * dx + dy * dy < limit) return false;
    }
  }
  return true;
}

function buildTrack(seed: number, paths: readonly Path[], width: number): Track {
  const count = paths.length;
  const lanes = paths.map((path, id) =>
    createLane(
      {
        id,
        road: id,
        index: 0,
        width,
        leftLine: 'kerb' as const,
        rightLine: 'kerb' as const,
        leftLineColour: 'white' as const,
        rightLineColour: 'white' as const,
        speedLimit: Number.POSITIVE_INFINITY,
        successors: [(id + 1) % count],
        predecessors: [(id + count - 1) % count],
        trafficSuccessors: [(id + 1) % count],
        junction: false,
        turn: 'straight' as const,
        left: -1,
        right: -1,
        yieldTo: [],
        conflicts: [],
      },
      path,
    ),
  );
  const offsets = new Float64Array(count);
  for (let i = 1; i < count; i++) offsets[i] = offsets[i - 1]! + lanes[i - 1]!.length;
  const length = offsets[count - 1]! + lanes[count - 1]!.length;
  return { seed, lanes, offsets, length, width, map: asMap(seed, lanes, width, length, offsets) };
}

/** A road per lane, all in one block of bends: what scenery needs. The route is one lap. */
function asMap(
  seed: number,
  lanes: readonly Lane[],
  width: number,
  length: number,
  offsets: Float64Array,
): RoadMap {
  const roads: Road[] = lanes.map((lane, id) => ({
    id,
    from: id,
    to: (id + 1) % lanes.length,
    opposite: -1,
    lanes: [id],
    block: 0,
    length: lane.length,
  }));
  const ids = roads.map((road) => road.id);
  const courses = courseRows(lanes, roads);
  return {
    seed,
    blocks: [{ kind: 'C', roads: ids }],
    roads,
    lanes,
    courses,
    laneWidth: width,
    spawnLanes: [0],
    destination: 0,
    route: () => ({ roads: ids, length, offsets: [...offsets] }),
    ...createLaneIndex(lanes, courses),
  };
}
