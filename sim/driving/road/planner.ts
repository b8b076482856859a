/**
 * The careful driver, `--policy planner`: like `expert.ts`, but it predicts where other cars are going,
 * finds its way past what stands half in its lane, and waits rather than pushes. Changes nothing.
 */
import type { Environment, Expert } from '../../contract.ts';
import { memoryOf } from '../../memory.ts';
import type { Lane } from '../map/contract.ts';
import { V } from '../vehicle/vehicle.ts';
import { safeSpeed } from './foresight.ts';
import { chooseLane, freeAhead, nextLane, pursue, wantedSpeed, way } from './lane-choice.ts';
import { worldOf } from './task.ts';
import type { DrivingWorld } from './world.ts';

/** Steps at a standstill after which it creeps on, even if that costs a cone. */
const PATIENCE = 120;
/** Steps at a standstill after which it looks for a way past within the lane, and how far aside. */
const SQUEEZE = 20;
const SQUEEZE_FOR = 60;
const SHIFTS = [0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2];
/** Standstill after which it pushes cars in a junction where each waits for the other, and for how long at most. */
const JAM = 300;
const PUSH_FOR = 150;
/** m/s */
const CREEP = 1.5;

/** The driver's memory; counts are steps. */
interface Memory {
  lane: number;
  /** Highest so far: less is another episode, or a rewind. */
  completion: number;
  stuck: number;
  /** Steps left to look for a way past, and steps spent on pushing in this episode. */
  squeeze: number;
  pushed: number;
}

export function createDrivingPlanner(env: Environment): Expert {
  const world = worldOf(env, 'planner');
  const memory: Memory = { lane: -1, completion: 0, stuck: 0, squeeze: 0, pushed: 0 };
  return {
    memory: memoryOf(memory),
    act(out) {
      const { state, vehicle } = world;
      const speed = state[V.vx]!;
      remember(world, memory);
      way.shift = 0;
      const lane = chooseLane(world, memory);
      if (memory.squeeze > 0) way.shift = chooseShift(world, lane);
      const curvature = pursue(world, lane);
      const steer = Math.atan(curvature * (vehicle.front + vehicle.rear));
      out[0] = Math.max(-1, Math.min(1, steer / vehicle.maxSteer));
      const change = patientSpeed(world, lane, Math.abs(curvature), memory) - speed;
      out[1] = Math.max(-1, Math.min(0.9, change > 0 ? 0.6 * change : 0.35 * change));
    },
  };
}

function remember(world: DrivingWorld, memory: Memory): void {
  const { completion } = world.navigation;
  if (completion < memory.completion) {
    memory.lane = -1;
    memory.stuck = 0;
    memory.squeeze = 0;
    memory.pushed = 0;
  }
  memory.completion = completion;
  const still = world.state[V.vx]! < 0.5;
  memory.stuck = still ? memory.stuck + 1 : Math.max(0, memory.stuck - 2);
  if (memory.stuck >= SQUEEZE) memory.squeeze = SQUEEZE_FOR;
  else if (!still && memory.squeeze > 0) memory.squeeze--;
}

/** Speed, m/s: a safe one; after a long wait one that hits no car; after a longer one it pushes for a while. */
function patientSpeed(world: DrivingWorld, lane: Lane, curvature: number, memory: Memory): number {
  const wanted = wantedSpeed(world, lane, curvature);
  const safe = safeSpeed(world, lane, nextLane, way.shift, wanted);
  // In a queue before a junction pushing gains nothing.
  const inTheWay = world.navigation.lane.junction;
  if (inTheWay && memory.stuck >= JAM && memory.pushed < PUSH_FOR) {
    memory.pushed++;
    return Math.max(CREEP, safe);
  }
  if (memory.stuck < PATIENCE) return safe;
  return Math.max(safe, safeSpeed(world, lane, nextLane, way.shift, CREEP));
}

/** Of a few ways past what stands half in the lane, the one with most room; 0 where none helps. */
function chooseShift(world: DrivingWorld, lane: Lane): number {
  const { navigation } = world;
  const s = (navigation.at.s / navigation.lane.length) * lane.length;
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < SHIFTS.length; k++) {
    way.shift = SHIFTS[k]!;
    const clear = safeSpeed(world, lane, nextLane, way.shift, CREEP) === CREEP;
    const room =
      Math.min(15, freeAhead(world, lane, s)) + (clear ? 10 : 0) - 4 * Math.abs(way.shift);
    if (room > most) {
      most = room;
      best = way.shift;
    }
  }
  return best;
}
