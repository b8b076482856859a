/** Changing lane: MOBIL (Kesting et al. 2007). */
import type { Boxes } from '../frame/boxes.ts';
import type { Lane, RoadMap } from '../map/contract.ts';
import {
  DESIRED_SPEED,
  type EgoView,
  findLeader,
  follow,
  idm,
  leader,
  SIGHT,
  T,
  TRAFFIC_STRIDE,
  type Traffic,
  VEHICLE_CLASSES,
} from './car-following.ts';
import { addCar, removeCar } from './lane-buckets.ts';

/** Politeness and threshold of MOBIL, m/s². */
const POLITENESS = 0.3;
const CHANGE_GAIN = 0.2;
const SAFE_BRAKING = 3;

/** MOBIL: change when the gain outweighs the cost to the new follower and the change is safe for it. */
export function considerChange(
  t: Traffic,
  i: number,
  map: RoadMap,
  boxes: Boxes,
  ego: EgoView,
): void {
  const { state } = t;
  const row = i * TRAFFIC_STRIDE;
  const lane = map.lanes[state[row + T.lane]!]!;
  if (Math.abs(state[row + T.lateral]!) > 0.3 || lane.length - state[row + T.s]! < 15) return;
  const speed = state[row + T.speed]!;
  const wanted = state[row + T.wanted]!;
  findLeader(t, i, lane.id, state[row + T.s]!, state[row + T.next]!, map, boxes, ego);
  const stay = accelerationOf(t.kmh, speed, wanted, leader.gap, leader.speed);
  let best = CHANGE_GAIN;
  let target = -1;
  for (let side = 0; side < 2; side++) {
    const id = side === 0 ? lane.left : lane.right;
    if (id < 0) continue;
    const other = map.lanes[id]!;
    const s = (state[row + T.s]! / lane.length) * other.length;
    findLeader(t, i, id, s, other.trafficSuccessors[0] ?? -1, map, boxes, ego);
    if (leader.gap < 2) continue;
    const go = accelerationOf(t.kmh, speed, wanted, leader.gap, leader.speed);
    const harm = followerBraking(t, i, other, s, speed, ego);
    if (harm > SAFE_BRAKING) continue;
    const gain = go - stay - POLITENESS * harm;
    if (gain > best) {
      best = gain;
      target = id;
    }
  }
  if (target < 0) return;
  const other = map.lanes[target]!;
  t.moved[i] = 1;
  state[row + T.s] = (state[row + T.s]! / lane.length) * other.length;
  state[row + T.lateral] = (target === lane.left ? -1 : 1) * lane.width;
  removeCar(t.buckets, i, lane.id);
  addCar(t.buckets, i, target);
  state[row + T.lane] = target;
  state[row + T.next] = other.trafficSuccessors[0] ?? -1;
}

/** m/s² that the nearest one behind on `lane` would have to brake. */
function followerBraking(
  t: Traffic,
  self: number,
  lane: Lane,
  s: number,
  speed: number,
  ego: EgoView,
): number {
  const { state } = t;
  const own = VEHICLE_CLASSES[state[self * TRAFFIC_STRIDE + T.size]!]!.halfLength;
  let gap = SIGHT;
  let behind = 0;
  const { first, nextCar } = t.buckets;
  for (let j = first[2 * lane.id]!; j >= 0; j = nextCar[j]!) {
    const row = j * TRAFFIC_STRIDE;
    if (j === self || state[row + T.s]! > s) continue;
    const half = VEHICLE_CLASSES[state[row + T.size]!]!.halfLength;
    const distance = s - state[row + T.s]! - own - half;
    if (distance >= gap) continue;
    gap = distance;
    behind = state[row + T.speed]!;
  }
  for (let k = 0; k < ego.laneCount; k++) {
    if (ego.lanes[k] !== lane.id || ego.s[k]! > s) continue;
    const distance = s - ego.s[k]! - own - ego.halfLength;
    if (distance >= gap) continue;
    gap = distance;
    behind = ego.speed;
  }
  if (gap >= SIGHT) return 0;
  return Math.max(0, -accelerationOf(t.kmh, behind, DESIRED_SPEED * 1.25, gap, speed));
}

function accelerationOf(
  kmh: boolean,
  speed: number,
  wanted: number,
  gap: number,
  leaderSpeed: number,
): number {
  follow.kmh = kmh;
  follow.speed = speed;
  follow.wanted = wanted;
  follow.gap = gap;
  follow.leaderSpeed = leaderSpeed;
  idm();
  return follow.acceleration;
}
