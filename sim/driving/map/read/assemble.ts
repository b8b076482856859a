/** Turns a file's network into numbered, linked roads and lanes: what generated maps are made of. */
import type { Lane, Road, RoadNetwork } from '../contract.ts';
import { courseRows } from '../course.ts';
import { pathEnd } from '../frame.ts';
import { createLongLane } from '../lane.ts';
import { createLaneIndex } from '../lane-index.ts';
import { speedLimit } from '../network.ts';
import { addRightOfWay, type OpenLane, type RankedLane } from '../right-of-way.ts';
import { wrap } from './curve.ts';
import type { DraftCourse, DraftLane, DraftRoad, NetworkDraft } from './draft.ts';
import { groupMovements } from './movements.ts';
import { RoadFileError } from './xml.ts';

/** Radians beyond which a lane in a junction turns. */
const TURN = Math.PI / 6;
/** Roads that cross this much above each other are on different levels, metres. */
const LEVEL = 2.5;
/** Metres between the first lane and any other, and of a lane. */
const EXTENT = 30_000;

/** @throws RoadFileError where roads lie above each other, which is not supported. */
export function assemble(draft: NetworkDraft): RoadNetwork {
  const drafts = groupMovements(draft.roads);
  const ids = numbered(drafts);
  const nodes = findNodes(drafts);
  const lanes: OpenLane[] = [];
  const roads = drafts.map((road, id): Road => {
    const own = road.lanes.map((lane, index) => {
      lanes.push(makeLane(road, id, lane, index, ids));
      return lanes.length - 1;
    });
    const length = own.reduce((sum, lane) => sum + lanes[lane]!.length, 0) / own.length;
    const opposite = road.opposite ? drafts.indexOf(road.opposite) : -1;
    return {
      id,
      from: nodes[2 * id]!,
      to: nodes[2 * id + 1]!,
      opposite,
      lanes: own,
      block: 0,
      length,
    };
  });
  for (const lane of lanes)
    for (const next of lane.successors) lanes[next]!.predecessors.push(lane.id);
  rightOfWay(draft, drafts, lanes, ids);
  checkExtent(draft, drafts, lanes);
  const courses = courseRows(lanes, roads);
  const network = {
    file: draft.file,
    leftHand: draft.leftHand,
    hilly: lanes.some(({ profile }) => profile?.height.some((z) => z !== 0)),
    roads,
    lanes,
    names: drafts.map(({ name, side }) => ({ name, side })),
    courses,
    strips: draft.strips.map(({ course, kind }) => ({ lane: stripLane(course), kind })),
    signals: draft.signals,
    ...createLaneIndex(lanes, courses),
  };
  if (network.hilly) checkLevels(draft, drafts, network);
  return network;
}

/** A coefficient with a digit too many takes a lane to the moon. */
function checkExtent(
  draft: NetworkDraft,
  drafts: readonly DraftRoad[],
  lanes: readonly OpenLane[],
): void {
  const all = drafts.flatMap((road) => road.lanes);
  const first = all[0]?.course.paths[0];
  for (const [id, lane] of lanes.entries()) {
    for (const s of [0, lane.length / 2, lane.length]) {
      lane.pointAt(s, 0, point);
      const away = Math.hypot(point[0]! - first!.x, point[1]! - first!.y);
      if (away <= EXTENT && lane.length <= EXTENT) continue;
      const { name, line } = all[id]!;
      throw new RoadFileError(
        `${draft.file}:${line}: ${name} is ${(lane.length / 1000).toFixed(1)} km long and leads ${(away / 1000).toFixed(1)} km away from ${all[0]!.name}, allowed ${EXTENT / 1000} km`,
      );
    }
  }
}

function numbered(drafts: readonly DraftRoad[]): ReadonlyMap<DraftLane, number> {
  return new Map(drafts.flatMap((road) => road.lanes).map((lane, id) => [lane, id]));
}

/** Per road its first and its last node: ends of roads that a lane leads across are one node. */
function findNodes(drafts: readonly DraftRoad[]): number[] {
  const parent = Array.from({ length: 2 * drafts.length }, (_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at]!;
    return at;
  };
  const roadOf = new Map(
    drafts.flatMap((road, id) => road.lanes.map((lane) => [lane, id] as const)),
  );
  for (const [id, road] of drafts.entries()) {
    for (const lane of road.lanes) {
      for (const next of lane.successors) parent[find(2 * roadOf.get(next)!)] = find(2 * id + 1);
    }
  }
  return parent.map((_, i) => find(i));
}

function makeLane(
  road: DraftRoad,
  id: number,
  lane: DraftLane,
  index: number,
  ids: ReadonlyMap<DraftLane, number>,
): OpenLane {
  const { paths, width, profile } = lane.course;
  const next = [...lane.successors].map((other) => ids.get(other)!);
  const own = ids.get(lane)!;
  const sharpest = Math.max(...paths.map(({ curvature }) => Math.abs(curvature)));
  return createLongLane(
    {
      id: own,
      road: id,
      index,
      width,
      leftLine: lane.leftLine,
      rightLine: lane.rightLine,
      leftLineColour: lane.leftColour,
      rightLineColour: lane.rightColour,
      speedLimit: lane.speedLimit ?? speedLimit(sharpest),
      successors: next,
      predecessors: [] as number[],
      trafficSuccessors: [...next],
      junction: road.junction !== undefined,
      turn: road.junction === undefined ? 'straight' : turnOf(lane),
      left: beside(road, index, -1) ? own - 1 : -1,
      right: beside(road, index, 1) ? own + 1 : -1,
      yieldTo: [] as number[],
      conflicts: [] as number[],
    },
    paths,
    profile,
  );
}

/** Whether the lane next to it lies along the lane; in junctions lanes of a road may part. */
function beside(road: DraftRoad, index: number, way: 1 | -1): boolean {
  const [lane, other] = [road.lanes[index]!, road.lanes[index + way]];
  if (!other) return false;
  if (road.junction === undefined) return true;
  const reach = 0.7 * (lane.course.width + other.course.width);
  const ends = [lane, other].map(({ course }) => [course.paths[0]!, pathEnd(course.paths.at(-1)!)]);
  return [0, 1].every((i) => {
    const [a, b] = [ends[0]![i]!, ends[1]![i]!];
    return Math.hypot(a.x - b.x, a.y - b.y) < reach;
  });
}

export function turnOf({ course: { paths } }: DraftLane): 'straight' | 'left' | 'right' {
  const turned = wrap(pathEnd(paths.at(-1)!).heading - paths[0]!.heading);
  return Math.abs(turned) < TURN ? 'straight' : turned > 0 ? 'left' : 'right';
}

/** Straight on goes before turns, and the turn across oncoming traffic last, unless the file has a say. */
function rightOfWay(
  draft: NetworkDraft,
  drafts: readonly DraftRoad[],
  lanes: readonly OpenLane[],
  ids: ReadonlyMap<DraftLane, number>,
): void {
  const across = draft.leftHand ? 'right' : 'left';
  const junctions = new Map<string, RankedLane[]>();
  for (const road of drafts) {
    if (road.junction === undefined) continue;
    const ranked = junctions.get(road.junction) ?? [];
    junctions.set(road.junction, ranked);
    for (const lane of road.lanes) {
      const open = lanes[ids.get(lane)!]!;
      const usual = open.turn === 'straight' ? 0 : open.turn === across ? 2 : 1;
      ranked.push({ lane: open, rank: (lane.rank ?? 0) * 10 + usual + open.id * 1e-6 });
    }
  }
  for (const ranked of junctions.values()) addRightOfWay(ranked);
}

/** A lane that nobody drives on. */
function stripLane({ paths, width, profile }: DraftCourse): Lane {
  const nothing = { left: -1, right: -1, yieldTo: [], conflicts: [], successors: [] };
  return createLongLane(
    {
      ...nothing,
      id: -1,
      road: -1,
      index: 0,
      width,
      leftLine: 'none',
      rightLine: 'none',
      leftLineColour: 'white',
      rightLineColour: 'white',
      speedLimit: 0,
      predecessors: [],
      trafficSuccessors: [],
      junction: false,
      turn: 'straight',
    },
    paths,
    profile,
  );
}

const point = new Float64Array(2);
const found = new Int32Array(32);

/** Cars meet in the plane: they would crash into those on a bridge above them. */
function checkLevels(
  draft: NetworkDraft,
  drafts: readonly DraftRoad[],
  { lanes, lanesAt }: Pick<RoadNetwork, 'lanes' | 'lanesAt'>,
): void {
  const all = drafts.flatMap((road) => road.lanes);
  for (const lane of lanes) {
    for (let s = 1; s < lane.length; s += 4) {
      lane.pointAt(s, 0, point);
      const here = lane.heightAt(s, 0);
      const count = lanesAt(point[0]!, point[1]!, 0, found);
      for (let i = 0; i < count; i++) {
        const other = lanes[found[i]!]!;
        const at = { s: 0, lateral: 0 };
        other.project(point[0]!, point[1]!, at);
        if (Math.abs(other.heightAt(at.s, at.lateral) - here) < LEVEL) continue;
        const [a, b] = [all[lane.id]!, all[other.id]!];
        throw new RoadFileError(
          `${draft.file}:${a.line}: ${a.name} passes under or over ${b.name} (line ${b.line}): bridges over other roads are not supported`,
        );
      }
    }
  }
}
