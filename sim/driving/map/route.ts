/** Shortest ways to the destination over the road graph. */
import type { Lane, Road, Route } from './contract.ts';

/** For every road: the next one on the shortest way to `destination`; -1 = arrived, -2 = no way. */
export function createRouter(
  roads: readonly Road[],
  lanes: readonly Lane[],
  destination: number,
): (fromRoad: number) => Route | undefined {
  const next = nextRoads(roads, lanes, destination);
  const cache = new Map<number, Route | undefined>();
  return (fromRoad) => {
    if (!cache.has(fromRoad)) cache.set(fromRoad, follow(roads, next, fromRoad));
    return cache.get(fromRoad);
  };
}

/** Dijkstra backwards from the destination; maps are small, so a linear search for the nearest does. */
function nextRoads(roads: readonly Road[], lanes: readonly Lane[], destination: number): number[] {
  const before = roads.map((road) => {
    const ids = new Set<number>();
    for (const lane of road.lanes) {
      for (const other of lanes[lane]!.predecessors) ids.add(lanes[other]!.road);
    }
    return [...ids];
  });
  const distance = roads.map((road) => (road.to === destination ? 0 : Number.POSITIVE_INFINITY));
  const next: number[] = roads.map((road) => (road.to === destination ? -1 : -2));
  const done = new Uint8Array(roads.length);
  for (;;) {
    let best = -1;
    for (let i = 0; i < roads.length; i++) {
      if (done[i] || distance[i] === Number.POSITIVE_INFINITY) continue;
      if (best < 0 || distance[i]! < distance[best]!) best = i;
    }
    if (best < 0) return next;
    done[best] = 1;
    for (const road of before[best]!) {
      const through = distance[best]! + roads[best]!.length;
      if (through < distance[road]!) {
        distance[road] = through;
        next[road] = best;
      }
    }
  }
}

function follow(
  roads: readonly Road[],
  next: readonly number[],
  fromRoad: number,
): Route | undefined {
  if (next[fromRoad] === undefined || next[fromRoad] === -2) return undefined;
  const ids: number[] = [];
  const offsets: number[] = [];
  let length = 0;
  for (let road = fromRoad; road >= 0; road = next[road]!) {
    ids.push(road);
    offsets.push(length);
    length += roads[road]!.length;
  }
  return { roads: ids, length, offsets };
}
