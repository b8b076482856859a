/** What must hold for every map, as one function: used by the suite and by the run over all seeds. */
import type { Lane, RoadMap } from '../../../../sim/driving/map/contract.ts';

const LATERAL_ACCELERATION = 3;
/** Tighter than any car's turning circle allows comfortably, metres. */
const MIN_RADIUS = 6;
const point = new Float64Array(2);
const found = new Int32Array(64);

/** @throws Error naming the seed, the lane and what is wrong. */
export function checkMap(map: RoadMap): void {
  for (const lane of map.lanes) {
    checkLinks(map, lane);
    checkDrivable(map, lane);
    checkAlone(map, lane);
  }
  checkRoutes(map);
  checkRightOfWay(map);
}

function fail(map: RoadMap, message: string): never {
  throw new Error(`map seed ${map.seed} (${map.blocks.map((b) => b.kind).join('')}): ${message}`);
}

function checkLinks(map: RoadMap, lane: Lane): void {
  const end = lane.headingAt(lane.length);
  lane.pointAt(lane.length, 0, point);
  for (const id of lane.successors) {
    const next = map.lanes[id]!;
    const gap = Math.hypot(point[0]! - next.startX, point[1]! - next.startY);
    const kink = 1 - Math.cos(end - next.startHeading);
    if (gap > 1e-6 || kink > 1e-9) fail(map, `lane ${lane.id} does not run smoothly into ${id}`);
    if (!next.predecessors.includes(lane.id)) fail(map, `lane ${id} misses predecessor ${lane.id}`);
  }
  const road = map.roads[lane.road]!;
  const leavesMap = !map.roads.some((other) => other.from === road.to);
  const entersMap = !map.roads.some((other) => other.to === road.from);
  if (!leavesMap && lane.successors.length === 0) fail(map, `lane ${lane.id} is a dead end`);
  // A lane that opens beside another one is entered from its neighbour.
  if (!entersMap && lane.predecessors.length === 0 && lane.left < 0) {
    fail(map, `lane ${lane.id} cannot be reached`);
  }
  if (lane.successors.length > 0 && lane.trafficSuccessors.length === 0) {
    fail(map, `traffic on lane ${lane.id} may go nowhere`);
  }
  if (lane.trafficSuccessors.some((id) => !lane.successors.includes(id))) {
    fail(map, `traffic on lane ${lane.id} may go where no lane leads`);
  }
}

function checkDrivable(map: RoadMap, lane: Lane): void {
  const bend = Math.abs(lane.curvature);
  if (bend > 1 / MIN_RADIUS) fail(map, `lane ${lane.id} has radius ${1 / bend}`);
  if (!(lane.length > 1)) fail(map, `lane ${lane.id} is ${lane.length} m long`);
  const sideways = lane.speedLimit ** 2 * bend;
  if (sideways > LATERAL_ACCELERATION + 1e-9) {
    fail(map, `lane ${lane.id} at its limit needs ${sideways} m/s² sideways`);
  }
}

/** No lane of another block, and on open road no other lane at all, lies on this one. */
function checkAlone(map: RoadMap, lane: Lane): void {
  const block = map.roads[lane.road]!.block;
  for (let s = 0.5; s < lane.length; s += 2) {
    for (let lateral = -1; lateral <= 1; lateral++) {
      lane.pointAt(s, lateral * (lane.width / 2 - 0.1), point);
      const count = map.lanesAt(point[0]!, point[1]!, -0.05, found);
      for (let i = 0; i < count; i++) {
        const other = map.lanes[found[i]!]!;
        if (other.id === lane.id || mayOverlap(lane, other)) continue;
        const where = map.roads[other.road]!.block === block ? 'its' : 'another';
        fail(map, `lane ${lane.id} at ${s} m overlaps lane ${other.id} of ${where} block`);
      }
    }
  }
}

function mayOverlap(a: Lane, b: Lane): boolean {
  if (a.junction && b.junction) return true;
  // Tapers: the lane that opens or ends lies partly on its neighbour.
  return (a.left === b.id || a.right === b.id) && (a.curvature !== 0) !== (b.curvature !== 0);
}

function checkRoutes(map: RoadMap): void {
  for (const id of map.spawnLanes) {
    const route = map.route(map.lanes[id]!.road);
    if (!route) fail(map, `no route from spawn lane ${id}`);
    if (map.roads[route.roads.at(-1)!]!.to !== map.destination) fail(map, 'route ends elsewhere');
  }
  for (const road of map.roads) {
    const route = map.route(road.id);
    if (!route) continue;
    let length = 0;
    for (const [i, id] of route.roads.entries()) {
      if (Math.abs(route.offsets[i]! - length) > 1e-9) fail(map, `offset ${i} of road ${road.id}`);
      length += map.roads[id]!.length;
      const next = route.roads[i + 1];
      if (next === undefined) continue;
      const linked = map.roads[id]!.lanes.some((lane) =>
        map.lanes[lane]!.successors.some((other) => map.lanes[other]!.road === next),
      );
      if (!linked) fail(map, `route of road ${road.id} jumps from ${id} to ${next}`);
    }
  }
}

function checkRightOfWay(map: RoadMap): void {
  for (const lane of map.lanes) {
    for (const id of lane.conflicts) {
      if (!map.lanes[id]!.conflicts.includes(lane.id)) fail(map, `conflict ${lane.id}–${id}`);
    }
    for (const id of lane.yieldTo) {
      if (!lane.conflicts.includes(id)) fail(map, `lane ${lane.id} yields to ${id} for nothing`);
      if (map.lanes[id]!.yieldTo.includes(lane.id)) fail(map, `${lane.id} and ${id} wait for ever`);
    }
  }
  const state = new Uint8Array(map.lanes.length);
  const visit = (id: number): void => {
    if (state[id] === 1) fail(map, `lane ${id} waits for itself through others`);
    if (state[id] === 2) return;
    state[id] = 1;
    for (const other of map.lanes[id]!.yieldTo) visit(other);
    state[id] = 2;
  };
  for (const lane of map.lanes) visit(lane.id);
}
