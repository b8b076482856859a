/** Files often have a road of its own for every lane through a junction; a driver sees one road with several lanes. */
import { pathEnd } from '../frame.ts';
import type { DraftLane, DraftRoad } from './draft.ts';

/** Roads in a junction that lead from the same road to the same road become one, its lanes from left to right. */
export function groupMovements(roads: readonly DraftRoad[]): DraftRoad[] {
  const roadOf = new Map(roads.flatMap((road) => road.lanes.map((lane) => [lane, road] as const)));
  const number = new Map(roads.map((road, i) => [road, i]));
  const before = new Map<DraftRoad, Set<number>>();
  for (const [i, road] of roads.entries()) {
    for (const lane of road.lanes) {
      for (const next of lane.successors) {
        const into = roadOf.get(next)!;
        before.set(into, (before.get(into) ?? new Set()).add(i));
      }
    }
  }
  const groups = new Map<string, DraftRoad>();
  const grouped: DraftRoad[] = [];
  for (const road of roads) {
    const after = road.lanes.flatMap((lane) => [...lane.successors]);
    const to = [...new Set(after.map((lane) => number.get(roadOf.get(lane)!)!))];
    const from = [...(before.get(road) ?? [])];
    const isMovement = road.junction !== undefined && from.length === 1 && to.length === 1;
    const key = isMovement ? `${road.junction} ${from[0]} ${to[0]}` : `alone ${number.get(road)}`;
    const same = groups.get(key);
    if (same) same.lanes.push(...road.lanes);
    else {
      // Roads inside junctions have no oncoming traffic beside them that matters.
      const own = isMovement ? { ...road, lanes: [...road.lanes] } : road;
      groups.set(key, own);
      grouped.push(own);
    }
  }
  for (const road of groups.values()) if (road.junction !== undefined) sortLanes(road.lanes);
  return linkOpposites(grouped);
}

function linkOpposites(roads: DraftRoad[]): DraftRoad[] {
  const kept = new Set(roads);
  for (const road of roads) if (road.opposite && !kept.has(road.opposite)) delete road.opposite;
  return roads;
}

/** From left to right, by where they begin and then by where they end. */
function sortLanes(lanes: DraftLane[]): void {
  const first = lanes[0]!.course.paths[0]!;
  const last = pathEnd(lanes[0]!.course.paths.at(-1)!);
  const aside = (from: { x: number; y: number; heading: number }, x: number, y: number) =>
    (y - from.y) * Math.cos(from.heading) - (x - from.x) * Math.sin(from.heading);
  const key = new Map(
    lanes.map((lane) => {
      const start = lane.course.paths[0]!;
      const end = pathEnd(lane.course.paths.at(-1)!);
      return [lane, [aside(first, start.x, start.y), aside(last, end.x, end.y)] as const];
    }),
  );
  lanes.sort((a, b) => {
    const [p, q] = [key.get(a)!, key.get(b)!];
    return Math.abs(p[0] - q[0]) > 0.5 ? q[0] - p[0] : q[1] - p[1];
  });
}
