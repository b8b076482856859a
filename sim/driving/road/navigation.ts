/** Where the agent is on its route: road, reference lane, borders, checkpoints. */
import { length2 } from '../frame/length.ts';
import type { Lane, LanePosition, Road, RoadMap, Route } from '../map/contract.ts';
import { C, COURSE_STRIDE, pointOn, projectOn, STRAIGHT } from '../map/course.ts';

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
  /** Index into route.roads; changed by `enterRoad` alone. */
  index: number;
  /** That road, and the block of the one after it. */
  road: Road;
  nextBlock: number;
  /** Lane of the current road nearest to the agent. */
  lane: Lane;
  /** On that lane. */
  readonly at: LanePosition;
  /** Metres to the left and right border of the current road; negative outside. */
  leftBorder: number;
  rightBorder: number;
  /** Fraction of the route behind the agent, highest so far. */
  completion: number;
  /** What `writeNavigation` shows of the roads from `first` on. */
  readonly ahead: { first: number; readonly numbers: Float64Array };
}

export function createNavigation(map: RoadMap, spawnLane: number): Navigation {
  const lane = map.lanes[spawnLane]!;
  const route = map.route(lane.road);
  if (!route) throw new Error(`map seed ${map.seed}: no route from lane ${spawnLane}`);
  const road = map.roads[lane.road]!;
  const n: Navigation = {
    map,
    route,
    index: 0,
    road,
    nextBlock: road.block,
    lane,
    at: { s: 0, lateral: 0 },
    leftBorder: 0,
    rightBorder: 0,
    completion: 0,
    ahead: { first: -1, numbers: new Float64Array(2 * AHEAD_SIZE) },
  };
  enterRoad(n, 0);
  return n;
}

/** Makes road `index` of the route the current one. */
export function enterRoad(n: Navigation, index: number): void {
  const { roads } = n.route;
  n.index = index;
  n.road = n.map.roads[roads[index]!]!;
  n.nextBlock = n.map.roads[roads[Math.min(index + 1, roads.length - 1)]!]!.block;
}

/** Update for the agent's position: `pose` begins with x, y. */
export function navigate(n: Navigation, pose: Float64Array): void {
  const { route } = n;
  locate(n, pose);
  while (n.index + 1 < route.roads.length && n.at.s > n.lane.length) {
    enterRoad(n, n.index + 1);
    locate(n, pose);
  }
  const share = Math.max(0, Math.min(1, n.at.s / n.lane.length));
  const done = (route.offsets[n.index]! + share * n.road.length) / route.length;
  if (done > n.completion) n.completion = done;
}

const temp: LanePosition = { s: 0, lateral: 0 };

function locate(n: Navigation, pose: Float64Array): void {
  const { courses } = n.map;
  const { lanes } = n.road;
  let best = Number.POSITIVE_INFINITY;
  let nearest = n.lane.id;
  for (let i = 0; i < lanes.length; i++) {
    const lane = lanes[i]!;
    projectOn(courses, lane, pose[0]!, pose[1]!, temp);
    const half = widthOn(n.map, lane, temp.s) / 2;
    if (i === 0) n.leftBorder = half - temp.lateral;
    if (i === lanes.length - 1) n.rightBorder = half + temp.lateral;
    if (Math.abs(temp.lateral) < best) {
      best = Math.abs(temp.lateral);
      nearest = lane;
      n.at.s = temp.s;
      n.at.lateral = temp.lateral;
    }
  }
  if (nearest !== n.lane.id) n.lane = n.map.lanes[nearest]!;
}

/** Metres at `s` of a lane. */
function widthOn({ courses, lanes }: RoadMap, lane: number, s: number): number {
  const row = lane * COURSE_STRIDE;
  const several = courses[row + C.curvature]! !== 0 && courses[row + C.radius]! === 0;
  return several ? lanes[lane]!.widthAt(s) : courses[row + C.width]!;
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
  const cos = Math.cos(heading);
  const sin = Math.sin(heading);
  const near = n.lane.length - n.at.s < CHECKPOINT_REACH ? 1 : 0;
  if (n.ahead.first !== n.index + near) lookAhead(n, n.index + near);
  const { numbers } = n.ahead;
  for (let i = 0; i < 2; i++) {
    const from = AHEAD_SIZE * i;
    let dx = numbers[from]! - x;
    let dy = numbers[from + 1]! - y;
    const distance = length2(dx, dy);
    if (distance > VIEW) {
      dx *= VIEW / distance;
      dy *= VIEW / distance;
    }
    const at = offset + 5 * i;
    out[at] = ((dx * cos + dy * sin) / VIEW + 1) / 2;
    out[at + 1] = ((dx * sin - dy * cos) / VIEW + 1) / 2;
    for (let k = 2; k < AHEAD_SIZE; k++) out[at + k] = numbers[from + k]!;
  }
}

/** Per checkpoint x, y, and the three numbers of its bend as they are observed. */
const AHEAD_SIZE = 5;

/** The ends of the route's road `first` and of the one after it: they change only from road to road. */
function lookAhead(n: Navigation, first: number): void {
  const { courses, roads } = n.map;
  const { numbers } = n.ahead;
  n.ahead.first = first;
  for (let i = 0; i < 2; i++) {
    const { lanes } = roads[n.route.roads[Math.min(n.route.roads.length - 1, first + i)]!]!;
    const row = lanes[0]! * COURSE_STRIDE;
    const length = courses[row + C.length]!;
    const width = courses[row + C.width]!;
    const mean = courses[row + C.curvature]!;
    // A lane of several pieces is never quite straight.
    const k = Math.abs(mean) <= STRAIGHT ? 0 : mean;
    // The middle of the road: half its other lanes to the right of the leftmost one.
    pointOn(courses, lanes[0]!, length, -((lanes.length - 1) / 2) * width, point);
    const scale = MAX_RADIUS + lanes.length * width;
    const angle = (Math.abs(k) * length * 180) / Math.PI;
    const at = AHEAD_SIZE * i;
    numbers[at] = point[0]!;
    numbers[at + 1] = point[1]!;
    numbers[at + 2] = k === 0 ? 0 : Math.min(1, 1 / (Math.abs(k) * scale));
    numbers[at + 3] = (Math.sign(k) + 1) / 2;
    // Roads of a file may bend further than MetaDrive's.
    numbers[at + 4] = Math.max(0, Math.min(1, ((Math.sign(k) * angle) / MAX_ANGLE + 1) / 2));
  }
}
