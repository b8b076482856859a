/** The cars nearest to the agent as numbers: the 16 by which MetaDrive's expert observation grows to 275. */
import { BOX_KIND } from '../frame/boxes.ts';
import { trafficSpeed } from '../traffic/traffic.ts';
import { V } from '../vehicle/vehicle.ts';
import type { DrivingWorld } from './world.ts';

/** Per car: forward, left (of `range`), relative speed forward and left (of the top speed); 0.5 is none. */
export const NEARBY_SIZE = 4;
const MAX_SPEED = 80 / 3.6;

const unit = (x: number) => Math.max(0, Math.min(1, x));

/** Write the `count` nearest cars within `range` metres, nearest first; all zeros where there is none. */
export function writeNearby(
  world: DrivingWorld,
  count: number,
  range: number,
  out: Float32Array,
  offset: number,
): void {
  out.fill(0, offset, offset + count * NEARBY_SIZE);
  const { state, boxes, traffic } = world;
  let beyond = -1;
  for (let k = 0; k < count; k++) {
    let best = -1;
    let nearest = range * range;
    for (let i = 0; i < traffic.capacity; i++) {
      if (boxes.kind[i] !== BOX_KIND.vehicle) continue;
      const dx = boxes.x[i]! - state[V.x]!;
      const dy = boxes.y[i]! - state[V.y]!;
      const squared = dx * dx + dy * dy;
      if (squared <= beyond || squared >= nearest) continue;
      nearest = squared;
      best = i;
    }
    if (best < 0) return;
    beyond = nearest;
    writeCar(world, best, range, out, offset + k * NEARBY_SIZE);
  }
}

function writeCar(
  world: DrivingWorld,
  i: number,
  range: number,
  out: Float32Array,
  at: number,
): void {
  const { state, boxes, traffic } = world;
  const cos = Math.cos(state[V.heading]!);
  const sin = Math.sin(state[V.heading]!);
  const dx = boxes.x[i]! - state[V.x]!;
  const dy = boxes.y[i]! - state[V.y]!;
  const speed = trafficSpeed(traffic, i);
  const vx = speed * (boxes.cos[i]! * cos + boxes.sin[i]! * sin) - state[V.vx]!;
  const vy = speed * (boxes.sin[i]! * cos - boxes.cos[i]! * sin) - state[V.vy]!;
  out[at] = unit(((dx * cos + dy * sin) / range + 1) / 2);
  out[at + 1] = unit(((dy * cos - dx * sin) / range + 1) / 2);
  out[at + 2] = unit((vx / MAX_SPEED + 1) / 2);
  out[at + 3] = unit((vy / MAX_SPEED + 1) / 2);
}
