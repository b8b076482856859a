/**
 * The hand-written driver that teaches (synthetic override teachers, demonstrations): it looks at what is
 * in its lane now and follows it. The observation shows the reasons for its actions, which makes it easy
 * to learn from; `planner.ts` drives more carefully. It reads the true state and changes nothing.
 */
import type { Expert } from '../../contract.ts';
import { memoryOf } from '../../memory.ts';
import { V } from '../vehicle/vehicle.ts';
import { chooseLane, pursue, wantedSpeed, way } from './lane-choice.ts';
import type { DrivingWorld } from './world.ts';

/** Steps at a standstill after which it creeps on, even if that costs a cone. */
const PATIENCE = 120;

export function createDriver(world: DrivingWorld): Expert {
  const memory = { lane: -1, stuck: 0 };
  return {
    memory: memoryOf(memory),
    act(out) {
      way.shift = 0;
      const lane = chooseLane(world, memory);
      const { state, vehicle } = world;
      const speed = state[V.vx]!;
      const curvature = pursue(world, lane);
      const steer = Math.atan(curvature * (vehicle.front + vehicle.rear));
      out[0] = Math.max(-1, Math.min(1, steer / vehicle.maxSteer));
      memory.stuck = speed < 0.5 ? memory.stuck + 1 : Math.max(0, memory.stuck - 2);
      const free = wantedSpeed(world, lane, Math.abs(curvature));
      const wanted = memory.stuck < PATIENCE ? free : Math.max(1.5, free);
      const change = wanted - speed;
      out[1] = Math.max(-1, Math.min(0.9, change > 0 ? 0.6 * change : 0.35 * change));
    },
  };
}
