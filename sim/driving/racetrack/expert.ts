/**
 * The hand-written racer: pure pursuit of the centre line (Coulter 1992), at the highest speed from which
 * it can still brake for the bends ahead. It does not look for a racing line.
 */
import type { Environment, Expert } from '../../contract.ts';
import { V } from '../vehicle/vehicle.ts';
import { pointAhead, type RacetrackEnvironment, type RacetrackTask } from './task.ts';

/** m/s²: what the tyres (0.9 g) give with room to spare. */
const SIDE_ACCELERATION = 5;
const BRAKING = 4;
/** Metres ahead within which bends count. */
const SIGHT = 160;

export function createRacetrackExpert(env: Environment): Expert {
  if (!('task' in env) || !('track' in (env.task as object))) {
    throw new TypeError(`expert: ${env.id} is not a racetrack environment`);
  }
  const { task } = env as RacetrackEnvironment;
  const point = new Float64Array(2);
  return {
    act(out) {
      const { state, vehicle, track, position } = task;
      const speed = state[V.vx]!;
      const heading = state[V.heading]!;
      pointAhead(track, task.lane, Math.max(0, position.s) + 4 + 0.4 * speed, point);
      const dx = point[0]! - state[V.x]!;
      const dy = point[1]! - state[V.y]!;
      const aside = dy * Math.cos(heading) - dx * Math.sin(heading);
      const curvature = (2 * aside) / Math.max(1, dx * dx + dy * dy);
      const steer = Math.atan(curvature * (vehicle.front + vehicle.rear));
      out[0] = Math.max(-1, Math.min(1, steer / vehicle.maxSteer));
      const change = allowedSpeed(task) - speed;
      out[1] = Math.max(-1, Math.min(1, change > 0 ? 0.7 * change : 0.4 * change));
    },
  };
}

/** The highest speed from which the car can brake for every bend ahead. */
function allowedSpeed({ track, lane, position, vehicle }: RacetrackTask): number {
  let squared = vehicle.maxSpeed * vehicle.maxSpeed;
  let id = lane;
  let distance = -position.s;
  while (distance < SIGHT) {
    const { curvature, length } = track.lanes[id]!;
    if (curvature !== 0) {
      const bend = SIDE_ACCELERATION / Math.abs(curvature);
      squared = Math.min(squared, bend + 2 * BRAKING * Math.max(0, distance));
    }
    distance += length;
    id = (id + 1) % track.lanes.length;
  }
  return Math.sqrt(squared);
}
