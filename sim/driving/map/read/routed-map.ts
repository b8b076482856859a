/** A read network as the map of an episode: with a start, a destination and stretches that traffic wakes up by. */
import { createRandom } from '../../../random.ts';
import type { Block, Road, RoadMap, RoadNetwork, Route } from '../contract.ts';
import { C, COURSE_STRIDE } from '../course.ts';

const ROUTE_STREAM = 0x726f7574;
/** Metres that a route chosen by seed should have, and least metres of the roads where it begins and ends. */
const LENGTH = [150, 700] as const;
const LEAST = 15;
const TRIES = 40;
/** Metres of a block, and most blocks. */
const BLOCK = 100;
const MOST_BLOCKS = 20;
/** Cars start on roads whose middle is this near to the route, metres. */
const NEAR = 150;
/** A car starts on lanes this wide, metres. */
const WIDE = 2.2;

/**
 * @param route ids of roads in driving order, with commas between them; the shortest way leads from one to the
 * next. `12:left` names the side of a road. Undefined: start and destination follow from the seed.
 * @throws RangeError naming what is no road, and roads that no way leads between.
 */
export function routedMap(network: RoadNetwork, seed: number, route: string | undefined): RoadMap {
  const graph = createGraph(network);
  const path =
    route === undefined ? chosenWay(network, graph, seed) : namedWay(network, graph, route);
  const roads = network.roads.map((road) => ({ ...road, block: 0 }));
  const { blocks, near } = makeBlocks(network, roads, path);
  const courses = network.courses.slice();
  for (const { id, road } of network.lanes)
    courses[id * COURSE_STRIDE + C.block] = roads[road]!.block;
  const first = roads[path[0]!]!;
  const wide = first.lanes.filter((id) => network.lanes[id]!.widthAt(5) >= WIDE);
  return {
    seed,
    title: network.file,
    leftHand: network.leftHand,
    hilly: network.hilly,
    strips: network.strips,
    signals: network.signals,
    trafficLanes: network.lanes.filter(({ road }) => near.has(road)),
    blocks,
    roads,
    lanes: network.lanes,
    courses,
    laneWidth: network.lanes[first.lanes[0]!]!.width,
    spawnLanes: wide.length > 0 ? wide : first.lanes,
    destination: roads[path.at(-1)!]!.to,
    route: (from) => routeFrom(roads, path, from),
    lanesAt: network.lanesAt,
    bounds: network.bounds,
  };
}

function routeFrom(
  roads: readonly Road[],
  path: readonly number[],
  from: number,
): Route | undefined {
  const start = path.indexOf(from);
  if (start < 0) return undefined;
  const ids = path.slice(start);
  const offsets: number[] = [];
  let length = 0;
  for (const id of ids) {
    offsets.push(length);
    length += roads[id]!.length;
  }
  return { roads: ids, length, offsets };
}

/** Per road, the roads that its lanes lead to. */
type Graph = readonly (readonly number[])[];

function createGraph({ roads, lanes }: RoadNetwork): Graph {
  return roads.map((road) => {
    const next = road.lanes.flatMap((id) =>
      lanes[id]!.successors.map((other) => lanes[other]!.road),
    );
    return [...new Set(next)];
  });
}

/** Shortest ways from any of `sources` (Dijkstra): metres up to a road's end, and the road before it. */
function search({ roads }: RoadNetwork, graph: Graph, sources: readonly number[]) {
  const distance = new Float64Array(roads.length).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(roads.length).fill(-1);
  const open = new Set(sources);
  for (const id of sources) distance[id] = roads[id]!.length;
  while (open.size > 0) {
    let best = -1;
    for (const id of open) if (best < 0 || distance[id]! < distance[best]!) best = id;
    open.delete(best);
    for (const next of graph[best]!) {
      const through = distance[best]! + roads[next]!.length;
      if (through >= distance[next]!) continue;
      distance[next] = through;
      before[next] = best;
      open.add(next);
    }
  }
  return { distance, before };
}

function wayTo(before: Int32Array, goal: number): number[] {
  const way = [goal];
  while (before[way[0]!]! >= 0) way.unshift(before[way[0]!]!);
  return way;
}

/** Of a few starts, the first with a destination as far as wanted; else the longest way that was found. */
function chosenWay(network: RoadNetwork, graph: Graph, seed: number): number[] {
  const { roads, lanes } = network;
  const random = createRandom(seed, ROUTE_STREAM);
  const fit = roads.filter((road) => {
    const lane = lanes[road.lanes[0]!]!;
    return road.length >= LEAST && !lane.junction && lane.widthAt(5) >= WIDE;
  });
  const starts = fit.length > 0 ? fit : roads;
  let longest: number[] = [];
  let most = -1;
  for (let i = 0; i < TRIES; i++) {
    const start = starts[random.integer(starts.length)]!;
    const { distance, before } = search(network, graph, [start.id]);
    const within = starts.filter(
      ({ id }) => distance[id]! >= LENGTH[0] && distance[id]! <= LENGTH[1],
    );
    if (within.length > 0) return wayTo(before, within[random.integer(within.length)]!.id);
    for (const { id } of starts) {
      if (distance[id]! === Number.POSITIVE_INFINITY || distance[id]! <= most) continue;
      most = distance[id]!;
      longest = wayTo(before, id);
    }
  }
  return longest;
}

/** Through all roads named, from the beginning of the first to the end of the last. */
function namedWay(network: RoadNetwork, graph: Graph, route: string): number[] {
  const named = route
    .split(',')
    .map((text) => ({ text: text.trim(), ids: idsOf(network, text.trim()) }));
  // A road by itself is driven along its line, where cars drive that way.
  const [only] = named;
  const along = only!.ids.filter((id) => named.length > 1 || network.names[id]!.side === 'right');
  const stops = along.length > 0 ? [{ ...only!, ids: along }, ...named.slice(1)] : named;
  const inside = (ids: readonly number[]) => new Set(ids);
  const first = stops[0]!.ids;
  const entered = inside(
    first.flatMap((id) => [...graph[id]!].filter((next) => first.includes(next))),
  );
  let way: number[] = [];
  let sources = first.filter((id) => !entered.has(id));
  if (sources.length === 0) sources = [first[0]!];
  for (const [i, stop] of stops.entries()) {
    const last = i === stops.length - 1;
    const { distance, before } = search(network, graph, sources);
    const ends = last
      ? stop.ids.filter((id) => !graph[id]!.some((next) => stop.ids.includes(next)))
      : stop.ids;
    const goals = (i === 0 && !last ? sources : ends.length > 0 ? ends : stop.ids).filter(
      (id) => distance[id]! < Number.POSITIVE_INFINITY,
    );
    if (goals.length === 0) {
      throw new RangeError(
        `route: no way leads to "${stop.text}" from "${stops[i - 1]?.text}"; allowed: roads in driving order`,
      );
    }
    if (i === 0 && !last) continue;
    const nearest = goals.reduce((a, b) => (distance[b]! < distance[a]! ? b : a));
    const part = wayTo(before, nearest);
    way = way.length === 0 ? part : [...way, ...part.slice(1)];
    sources = [nearest];
  }
  return way;
}

function idsOf({ names }: RoadNetwork, text: string): number[] {
  const [, name = text, side] = /^(.*):(left|right)$/.exec(text) ?? [];
  const of = (wanted: string | undefined) =>
    names.flatMap((road, id) =>
      road.name === name && (!wanted || road.side === wanted) ? [id] : [],
    );
  // Where both sides would do, the one driven along the road is meant.
  const ids = side ? of(side) : [...of('right'), ...of('left')];
  if (ids.length > 0) return ids;
  const known = [...new Set(names.map((road) => road.name))];
  const some =
    known.length > 12
      ? `${known.slice(0, 12).join(', ')} and ${known.length - 12} more`
      : known.join(', ');
  throw new RangeError(`route: "${text}" is no road that cars drive on; allowed: ${some}`);
}

const at = { s: 0, lateral: 0 };

/** Stretches of the route; what lies beside it belongs to the stretch nearest to it. Writes the roads' blocks. */
function makeBlocks(
  { lanes }: RoadNetwork,
  roads: { id: number; lanes: readonly number[]; length: number; block: number }[],
  path: readonly number[],
): { blocks: Block[]; near: ReadonlySet<number> } {
  const total = path.reduce((sum, id) => sum + roads[id]!.length, 0);
  const size = Math.max(BLOCK, total / MOST_BLOCKS);
  let before = 0;
  const onRoute = new Set(path);
  const near = new Set(path);
  const marks: { x: number; y: number; block: number }[] = [];
  const point = new Float64Array(2);
  for (const [i, id] of path.entries()) {
    const road = roads[id]!;
    // The first road stays clear of accidents: episodes start there.
    road.block =
      i === 0 ? 0 : Math.min(MOST_BLOCKS, 1 + Math.floor((before + road.length / 2) / size));
    const lane = lanes[road.lanes[0]!]!;
    for (at.s = 0; at.s < lane.length; at.s += 20) {
      lane.pointAt(at.s, 0, point);
      const block = Math.min(MOST_BLOCKS, 1 + Math.floor((before + at.s) / size));
      marks.push({ x: point[0]!, y: point[1]!, block });
    }
    before += road.length;
  }
  for (const road of roads) {
    if (onRoute.has(road.id)) continue;
    const lane = lanes[road.lanes[0]!]!;
    lane.pointAt(lane.length / 2, 0, point);
    const far = (m: { x: number; y: number }) => (m.x - point[0]!) ** 2 + (m.y - point[1]!) ** 2;
    const nearest = marks.reduce((a, b) => (far(b) < far(a) ? b : a));
    road.block = nearest.block;
    if (far(nearest) < NEAR * NEAR) near.add(road.id);
  }
  const count = 1 + Math.max(...roads.map((road) => road.block));
  const blocks = Array.from({ length: count }, (_, block) => {
    const own = roads.filter((road) => road.block === block);
    const junction = own.some((road) => onRoute.has(road.id) && lanes[road.lanes[0]!]!.junction);
    return { kind: junction ? 'X' : 'C', roads: own.map((road) => road.id) };
  });
  return { blocks, near };
}
