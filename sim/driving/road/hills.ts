/** Ground that is not flat, under the agent and under everything that is drawn. */
import type { Lane, LanePosition, RoadMap } from '../map/contract.ts';
import { T, TRAFFIC_STRIDE, type Traffic } from '../traffic/car-following.ts';
import { type Slope, V } from '../vehicle/vehicle.ts';
import type { Navigation } from './navigation.ts';

/** What is looked at of a world. */
interface World {
  readonly map: RoadMap;
  readonly navigation: Navigation;
  readonly state: Float64Array;
  readonly traffic: Traffic;
}

const GRAVITY = 9.81;
/** Metres on both sides of a point over which its slope is measured. */
const REACH = 0.5;

const at: LanePosition = { s: 0, lateral: 0 };
/** Height, and rise per metre along the lane and to its left. */
const ground = { height: 0, along: 0, aside: 0 };
const found = new Int32Array(1);

function lookAt(lane: Lane, x: number, y: number): void {
  lane.project(x, y, at);
  const { s, lateral } = at;
  ground.height = lane.heightAt(s, lateral);
  ground.along =
    (lane.heightAt(s + REACH, lateral) - lane.heightAt(s - REACH, lateral)) / (2 * REACH);
  ground.aside = lane.heightAt(s, lateral + 1) - ground.height;
}

/** Gravity along the ground under the agent, in its frame. */
export function slopeUnder({ navigation, state }: World, out: Slope): void {
  lookAt(navigation.lane, state[V.x]!, state[V.y]!);
  const { along, aside } = ground;
  const turned = state[V.heading]! - navigation.lane.headingAt(at.s);
  const [cos, sin] = [Math.cos(turned), Math.sin(turned)];
  const scale = GRAVITY / Math.sqrt(1 + along * along + aside * aside);
  out.along = -scale * (along * cos + aside * sin);
  out.aside = -scale * (aside * cos - along * sin);
}

/** Height of the ground under the agent, metres. */
export function heightUnder({ navigation, state, map }: World): number {
  if (!map.hilly) return 0;
  lookAt(navigation.lane, state[V.x]!, state[V.y]!);
  return ground.height;
}

/** Lifts and tilts bodies written as on flat ground: row 0 is the agent, then traffic, then all else. */
export function liftPoses(world: World, out: Float32Array, rows: number): void {
  const { map, navigation, traffic } = world;
  if (!map.hilly) return;
  for (let row = 0; row < rows; row++) {
    const [x, y] = [out[7 * row]!, out[7 * row + 1]!];
    if (out[7 * row + 3] === 0 && out[7 * row + 6] === 0) continue;
    let lane: Lane | undefined;
    if (row === 0) lane = navigation.lane;
    else if (row <= traffic.capacity) {
      lane = map.lanes[traffic.state[(row - 1) * TRAFFIC_STRIDE + T.lane]!];
    } else if (map.lanesAt(x, y, 2, found) > 0) lane = map.lanes[found[0]!];
    if (lane) lift(lane, x, y, out, 7 * row);
  }
}

/** Turns the body so that its vertical is the ground's. */
function lift(lane: Lane, x: number, y: number, out: Float32Array, row: number): void {
  lookAt(lane, x, y);
  const heading = lane.headingAt(at.s);
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  const slopeX = ground.along * cos - ground.aside * sin;
  const slopeY = ground.along * sin + ground.aside * cos;
  // Half of the turn that takes (0, 0, 1) to the ground's normal, as a quaternion (w, a, b, 0).
  const up = 1 / Math.sqrt(1 + slopeX * slopeX + slopeY * slopeY);
  const w = Math.sqrt((1 + up) / 2);
  const a = (slopeY * up) / (2 * w);
  const b = (-slopeX * up) / (2 * w);
  const [yw, yz] = [out[row + 3]!, out[row + 6]!];
  out[row + 2] = ground.height;
  out[row + 3] = w * yw;
  out[row + 4] = a * yw + b * yz;
  out[row + 5] = b * yw - a * yz;
  out[row + 6] = w * yz;
}
