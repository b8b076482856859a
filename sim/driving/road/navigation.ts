/** Where the agent is on its route: road, reference lane, borders, checkpoints. */
import { length2 } from '../frame/length.ts';
import type { Lane, LanePosition, RoadMap, Route } from '../map/contract.ts';

/** Metres before the end of a road at which the next one becomes current (MetaDrive). */
const CHECKPOINT_REACH = 5;
/** Checkpoints farther away are drawn to this distance, metres. */
const VIEW = 50;
/** MetaDrive's normalisation: largest curve radius. */
const MAX_RADIUS = 60;
const MAX_ANGLE = 135;

export interface Navigation {
  readonly map: RoadMap;
  readonly route: Route;
  /** Index into route.roads. */
  index: number;
  /** Lane of the current road nearest to the agent. */
  lane: Lane;
  /** On that lane. */
  readonly at: LanePosition;
  /** Metres to the left and right border of the current road; negative outside. */
  leftBorder: number;
  rightBorder: number;
  /** Fraction of the route behind the agent, highest so far. */
  completion: number;
}

export function createNavigation(map: RoadMap, spawnLane: number): Navigation {
  const lane = map.lanes[spawnLane]!;
  const route = map.route(lane.road);
  if (!route) throw new Error(`map seed ${map.seed}: no route from lane ${spawnLane}`);
  return {
    map,
    route,
    index: 0,
    lane,
    at: { s: 0, lateral: 0 },
    leftBorder: 0,
    rightBorder: 0,
    completion: 0,
  };
}

/** Update for the agent's position: `pose` begins with x, y. */
export function navigate(n: Navigation, pose: Float64Array): void {
  const { map, route } = n;
  locate(n, pose);
  while (n.index + 1 < route.roads.length && n.at.s > n.lane.length) {
    n.index++;
    locate(n, pose);
  }
  const road = map.roads[route.roads[n.index]!]!;
  const share = Math.max(0, Math.min(1, n.at.s / n.lane.length));
  const done = (route.offsets[n.index]! + share * road.length) / route.length;
  if (done > n.completion) n.completion = done;
}

const temp: LanePosition = { s: 0, lateral: 0 };

function locate(n: Navigation, pose: Float64Array): void {
  const { lanes } = n.map;
  const road = n.map.roads[n.route.roads[n.index]!]!;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < road.lanes.length; i++) {
    const lane = lanes[road.lanes[i]!]!;
    lane.project(pose[0]!, pose[1]!, temp);
    if (i === 0) n.leftBorder = lane.width / 2 - temp.lateral;
    if (i === road.lanes.length - 1) n.rightBorder = lane.width / 2 + temp.lateral;
    if (Math.abs(temp.lateral) < best) {
      best = Math.abs(temp.lateral);
      n.lane = lane;
      n.at.s = temp.s;
      n.at.lateral = temp.lateral;
    }
  }
}

/** Whether the end of the final road is within reach and the agent is on the road. */
export function arrived(n: Navigation): boolean {
  const last = n.index === n.route.roads.length - 1;
  return last && n.at.s > n.lane.length - CHECKPOINT_REACH && n.leftBorder > 0 && n.rightBorder > 0;
}

const point = new Float64Array(2);

/** For the agent at `pose` (x, y, heading): the next two checkpoints, 5 numbers each in [0, 1] (MetaDrive's navigation observation). */
export function writeNavigation(
  n: Navigation,
  pose: Float64Array,
  out: Float32Array,
  offset: number,
): void {
  const x = pose[0]!;
  const y = pose[1]!;
  const heading = pose[2]!;
  const last = n.route.roads.length - 1;
  const near = n.lane.length - n.at.s < CHECKPOINT_REACH ? 1 : 0;
  for (let i = 0; i < 2; i++) {
    const road = n.map.roads[n.route.roads[Math.min(last, n.index + near + i)]!]!;
    const first = n.map.lanes[road.lanes[0]!]!;
    // The middle of the road: half its other lanes to the right of the leftmost one.
    first.pointAt(first.length, -((road.lanes.length - 1) / 2) * first.width, point);
    let dx = point[0]! - x;
    let dy = point[1]! - y;
    const distance = length2(dx, dy);
    if (distance > VIEW) {
      dx *= VIEW / distance;
      dy *= VIEW / distance;
    }
    const cos = Math.cos(heading);
    const sin = Math.sin(heading);
    const at = offset + 5 * i;
    out[at] = ((dx * cos + dy * sin) / VIEW + 1) / 2;
    out[at + 1] = ((dx * sin - dy * cos) / VIEW + 1) / 2;
    const k = first.curvature;
    const scale = MAX_RADIUS + road.lanes.length * first.width;
    const angle = (Math.abs(k) * first.length * 180) / Math.PI;
    out[at + 2] = k === 0 ? 0 : Math.min(1, 1 / (Math.abs(k) * scale));
    out[at + 3] = (Math.sign(k) + 1) / 2;
    out[at + 4] = Math.min(1, ((Math.sign(k) * angle) / MAX_ANGLE + 1) / 2);
  }
}
