/**
 * A map's roads as OpenDRIVE wants them: wherever ways part or join there is a junction, and the roads inside it
 * lead from one ordinary road to another.
 */
import type { Lane, Road, RoadMap } from '../contract.ts';
import { offset, type Path } from '../frame.ts';

export interface WrittenLane {
  readonly lane: Lane;
  /** Its course, one line or arc, or two. */
  readonly paths: readonly Path[];
  /** Indices of linked lanes in the road before and in the one after. */
  readonly before: number[];
  readonly after: number[];
}

export interface WrittenRoad {
  readonly id: number;
  readonly lanes: readonly WrittenLane[];
  readonly inside: boolean;
  junction?: number;
  before?: { kind: 'road' | 'junction'; id: number };
  after?: { kind: 'road' | 'junction'; id: number };
}

export interface WrittenJunction {
  readonly id: number;
  readonly roads: readonly WrittenRoad[];
}

/** Metres of a road that lie inside the junction where it parts from another or joins it. */
const INSIDE = 5;

type Draft = WrittenRoad;

/** The parts in which a lane is written, first and last. */
interface Parts {
  first: [Draft, number];
  last: [Draft, number];
}

export function writtenRoads(map: RoadMap): { roads: WrittenRoad[]; junctions: WrittenJunction[] } {
  const roads: Draft[] = [];
  const parts = new Map<number, Parts>();
  const links: [Draft, number, Draft, number][] = [];
  const add = (lanes: readonly WrittenLane[], inside: boolean): Draft => {
    const road: Draft = { id: roads.length + 1, lanes, inside };
    roads.push(road);
    return road;
  };
  const done = new Set<number>();
  for (const road of map.roads) {
    if (done.has(road.id)) continue;
    if (isTaper(map, road)) done.add(addTaper(map, road, add, parts));
    else addRoad(map, road, add, parts, links);
  }
  for (const { id, successors } of map.lanes) {
    const from = parts.get(id)!.last;
    for (const next of successors) {
      const to = parts.get(next)!.first;
      // Both halves of a taper are one road.
      if (from[0] !== to[0]) links.push([...from, ...to]);
    }
  }
  for (const [a, i, b, j] of links) {
    a.lanes[i]!.after.push(j);
    b.lanes[j]!.before.push(i);
  }
  return { roads, junctions: addJunctions(roads, links) };
}

function written(lane: Lane, ...paths: Path[]): WrittenLane {
  return { lane, paths, before: [], after: [] };
}

function lanesOf(map: RoadMap, { lanes }: Road): Lane[] {
  return lanes.map((id) => map.lanes[id]!);
}

/** Its last lane leaves its neighbour, or joins it. */
function isTaper(map: RoadMap, road: Road): boolean {
  const lanes = lanesOf(map, road);
  return lanes.length > 1 && lanes[0]!.curvature === 0 && lanes.at(-1)!.curvature !== 0;
}

/** Both halves of a taper, as two roads inside a junction. Returns the second half's road. */
function addTaper(
  map: RoadMap,
  road: Road,
  add: (lanes: readonly WrittenLane[], inside: boolean) => Draft,
  parts: Map<number, Parts>,
): number {
  const first = lanesOf(map, road);
  const bend = map.lanes[first.at(-1)!.successors[0]!]!;
  const second = lanesOf(map, map.roads[bend.road]!);
  const both = first.map((lane, i) => written(lane, pathOf(lane), pathOf(second[i]!)));
  const straight = add(both.slice(0, -1), true);
  const bent = add(both.slice(-1), true);
  for (const [i, lane] of first.entries()) {
    const part: [Draft, number] = i === first.length - 1 ? [bent, 0] : [straight, i];
    parts.set(lane.id, { first: part, last: part });
    parts.set(second[i]!.id, { first: part, last: part });
  }
  return bend.road;
}

function addRoad(
  map: RoadMap,
  road: Road,
  add: (lanes: readonly WrittenLane[], inside: boolean) => Draft,
  parts: Map<number, Parts>,
  links: [Draft, number, Draft, number][],
): void {
  const lanes = lanesOf(map, road);
  const shared = (end: 'from' | 'to') =>
    map.roads.some((other) => other !== road && other[end] === road[end]);
  const [parts0, joins] = [shared('from'), shared('to')];
  const inJunction = lanes[0]!.junction;
  // On open road only the ends belong to the junction.
  const cuts = inJunction
    ? [0, 1]
    : [parts0 ? INSIDE / road.length : 0, joins ? 1 - INSIDE / road.length : 1];
  const spans: [number, number, boolean][] = [];
  if (cuts[0]! > 0) spans.push([0, cuts[0]!, true]);
  spans.push([cuts[0]!, cuts[1]!, inJunction && (parts0 || joins)]);
  if (cuts[1]! < 1) spans.push([cuts[1]!, 1, true]);
  const pieces = spans.map(([from, to, inside]) =>
    add(
      lanes.map((lane) => written(lane, span(pathOf(lane), from, to))),
      inside,
    ),
  );
  for (const [i, lane] of lanes.entries()) {
    parts.set(lane.id, { first: [pieces[0]!, i], last: [pieces.at(-1)!, i] });
    for (let k = 1; k < pieces.length; k++) links.push([pieces[k - 1]!, i, pieces[k]!, i]);
  }
}

/** The part of a path between two shares of its length. */
function span(path: Path, from: number, to: number): Path {
  const { length, curvature } = path;
  const s = from * length;
  const angle = s * curvature;
  const start =
    curvature === 0
      ? offset(path, s, 0)
      : offset(path, Math.sin(angle) / curvature, (1 - Math.cos(angle)) / curvature, angle);
  return { ...start, length: (to - from) * length, curvature };
}

/** Roads inside that begin at one road's end, or end at one road's beginning, are of one junction. */
function addJunctions(
  roads: readonly Draft[],
  links: readonly [Draft, number, Draft, number][],
): WrittenJunction[] {
  const groups = new Map<string, Set<Draft>>();
  const join = (key: string, road: Draft) => {
    const group = groups.get(key) ?? new Set();
    groups.set(key, group);
    group.add(road);
  };
  for (const [a, , b] of links) {
    if (b.inside) join(`end ${a.id}`, b);
    if (a.inside) join(`start ${b.id}`, a);
  }
  const junctions: { id: number; roads: Draft[] }[] = [];
  const reach = (road: Draft, into: { id: number; roads: Draft[] }) => {
    if (road.junction !== undefined) return;
    road.junction = into.id;
    into.roads.push(road);
    for (const group of groups.values())
      if (group.has(road)) for (const other of group) reach(other, into);
  };
  for (const road of roads) {
    if (!road.inside || road.junction !== undefined) continue;
    const junction = { id: roads.length + 1 + junctions.length, roads: [] };
    junctions.push(junction);
    reach(road, junction);
  }
  for (const [a, , b] of links) {
    a.after = b.inside ? { kind: 'junction', id: b.junction! } : { kind: 'road', id: b.id };
    b.before = a.inside ? { kind: 'junction', id: a.junction! } : { kind: 'road', id: a.id };
  }
  return junctions;
}

/** A lane's course as a path. */
function pathOf({ startX: x, startY: y, startHeading: heading, length, curvature }: Lane): Path {
  return { x, y, heading, length, curvature };
}
