/** Roads that lead into a junction: what is painted and put up before it. */
import type { Lane, RoadMap } from '../contract.ts';

export interface Approach {
  /** From left to right. */
  readonly lanes: readonly Lane[];
  readonly kind: 'crossing' | 'roundabout';
  /** Whether traffic from here gives way; otherwise it goes first. */
  readonly yields: boolean;
  /** Where the way to the destination goes on, radians, positive to the left; undefined: not from here. */
  readonly onward: number | undefined;
}

export function findApproaches(map: RoadMap): Approach[] {
  const turns = routeTurns(map);
  const approaches: Approach[] = [];
  for (const road of map.roads) {
    const lanes = road.lanes.map((id) => map.lanes[id]!);
    if (lanes.some((lane) => lane.junction)) continue;
    const into = lanes.flatMap((lane) => lane.trafficSuccessors.map((id) => map.lanes[id]!));
    const first = into.find((lane) => lane.junction);
    if (!first) continue;
    const block = map.blocks[map.roads[first.road]!.block]!;
    // A left turn gives way even from the main road.
    const through = into.filter((lane) => lane.turn !== 'left');
    approaches.push({
      lanes,
      kind: block.kind === 'O' ? 'roundabout' : 'crossing',
      yields: through.length > 0 && through.every((lane) => lane.yieldTo.length > 0),
      onward: turns.get(road.id),
    });
  }
  return approaches;
}

/** For roads of the route that lead into a junction: the change of heading up to the road behind it. */
function routeTurns(map: RoadMap): Map<number, number> {
  const turns = new Map<number, number>();
  const spawn = map.spawnLanes[0];
  const route = spawn === undefined ? undefined : map.route(map.lanes[spawn]!.road);
  let before: Lane | undefined;
  let inside = false;
  for (const id of route?.roads ?? []) {
    const lane = map.lanes[map.roads[id]!.lanes[0]!]!;
    if (lane.junction) {
      inside = true;
      continue;
    }
    if (inside && before) {
      const turn = lane.startHeading - before.headingAt(before.length);
      turns.set(before.road, Math.atan2(Math.sin(turn), Math.cos(turn)));
    }
    inside = false;
    before = lane;
  }
  return turns;
}
