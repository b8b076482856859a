/**
 * The hand-written parker: plans a way into the bay and tracks it stretch by stretch (feedback of Samson
 * 1992 for the rear axle). When the car has left the plan, it plans again.
 */
import type { Environment, Expert } from '../../contract.ts';
import { memoryOf } from '../../memory.ts';
import { V } from '../vehicle/vehicle.ts';
import type { Pose } from './lot.ts';
import { type Plan, planParking, SPACING } from './plan.ts';
import { wrapAngle } from './reeds-shepp.ts';
import { type ParkingEnvironment, type ParkingTask, TOLERANCE } from './task.ts';

/** m/s forwards and backwards: the kinematic range of the vehicle model. */
const CRUISE = { forward: 1.9, backward: 1.4 };
/** Comfortable acceleration, m/s². */
const ACCELERATION = 0.8;
/** Feedback of sideways error, 1/m², and of heading error, 1/m. */
const SIDE_GAIN = 0.9;
const HEADING_GAIN = 1.8;
/** Steering lag that looking ahead makes up for, s. */
const PREVIEW = 0.35;
/** Farther than this from the plan, it plans again. Metres, radians. */
const STRAYED = 0.35;
const TURNED = 0.3;
/** Distances to obstacles to plan with, largest first, metres; the last one leads out of a contact. */
const MARGINS = [0.25, 0.12, 0.02, -0.1];
/** Fewest acts between two plans: a person may be driving instead, and planning is slow. */
const RETRY = 10;

interface Memory {
  seed: number;
  plan: Plan | undefined;
  /** Nearest pose of the plan, and which stretch it is in. */
  index: number;
  stretch: number;
  wait: number;
}

export function createParkingExpert(env: Environment): Expert {
  if (!('task' in env) || !('lot' in (env.task as object))) {
    throw new TypeError(`expert: ${env.id} is not a parking environment`);
  }
  const { task } = env as ParkingEnvironment;
  const memory: Memory = { seed: -1, plan: undefined, index: 0, stretch: 0, wait: 0 };
  const rear: Pose = { x: 0, y: 0, heading: 0 };
  return {
    memory: memoryOf(memory),
    act(out) {
      out[0] = 0;
      out[1] = 0;
      if (task.seed < 0) return;
      rearAxle(task, rear);
      if (task.seed !== memory.seed || !onPlan(memory, rear)) replan(task, memory, rear);
      if (memory.plan) track(task, memory, memory.plan, rear, out);
    },
  };
}

function rearAxle({ state, vehicle }: ParkingTask, out: Pose): void {
  out.heading = state[V.heading]!;
  out.x = state[V.x]! - vehicle.rear * Math.cos(out.heading);
  out.y = state[V.y]! - vehicle.rear * Math.sin(out.heading);
}

function replan(task: ParkingTask, memory: Memory, rear: Pose): void {
  if (task.seed === memory.seed && memory.wait-- > 0) return;
  const { goal } = task.lot;
  const back = task.vehicle.rear;
  const target = {
    x: goal.x - back * Math.cos(goal.heading),
    y: goal.y - back * Math.sin(goal.heading),
    heading: goal.heading,
  };
  memory.seed = task.seed;
  memory.plan = undefined;
  memory.index = 0;
  memory.stretch = 0;
  memory.wait = RETRY;
  for (const margin of MARGINS) {
    memory.plan = planParking(task.lot, task.vehicle, { ...rear }, target, margin);
    if (memory.plan) return;
  }
}

/** Moves on along the plan to the pose nearest to the car; false when the car has left it. */
function onPlan(memory: Memory, rear: Pose): boolean {
  const { plan } = memory;
  if (!plan) return false;
  const end = plan.stretches[memory.stretch]!;
  let best = Number.POSITIVE_INFINITY;
  const from = memory.index;
  for (let i = from; i < Math.min(end, from + 12); i++) {
    const distance = Math.hypot(plan.x[i]! - rear.x, plan.y[i]! - rear.y);
    if (distance >= best) continue;
    best = distance;
    memory.index = i;
  }
  const turned = Math.abs(wrapAngle(rear.heading - plan.heading[memory.index]!));
  return best < STRAYED && turned < TURNED;
}

function track(task: ParkingTask, memory: Memory, plan: Plan, rear: Pose, out: Float32Array): void {
  const { state, vehicle } = task;
  const speed = state[V.vx]!;
  let left = remaining(memory, plan, rear);
  if (left < 0.04 && Math.abs(speed) < 0.1) {
    if (memory.stretch + 1 < plan.stretches.length) {
      memory.index = plan.stretches[memory.stretch]!;
      memory.stretch++;
      left = remaining(memory, plan, rear);
    } else if (!parked(task)) memory.plan = undefined; // standing, but not parked: plan again
  }
  const i = memory.index;
  const end = plan.stretches[memory.stretch]! - 1;
  const gear = plan.gear[Math.min(i, end)]!;
  const error = sideError(plan, i, rear);
  const turn = wrapAngle(rear.heading - plan.heading[i]!);
  const ahead = Math.min(end, i + Math.round((Math.abs(speed) * PREVIEW) / SPACING) + 1);
  const curvature = plan.curvature[ahead]! - SIDE_GAIN * error - HEADING_GAIN * gear * turn;
  const limit = vehicle.maxSteer;
  const angle = Math.atan(curvature * (vehicle.front + vehicle.rear));
  const steer = Math.max(-limit, Math.min(limit, angle));
  out[0] = steer / limit;
  const lag = Math.abs(steer - state[V.steer]!);
  out[1] = throttle(task, gear, left, lag);
}

/** Metres left of the stretch; near its end, measured along its last heading. */
function remaining(memory: Memory, plan: Plan, rear: Pose): number {
  const last = plan.stretches[memory.stretch]! - 1;
  const poses = last - memory.index;
  if (poses > 3) return poses * SPACING;
  const heading = plan.heading[last]!;
  const dx = plan.x[last]! - rear.x;
  const dy = plan.y[last]! - rear.y;
  return plan.gear[last]! * (dx * Math.cos(heading) + dy * Math.sin(heading));
}

function sideError(plan: Plan, i: number, rear: Pose): number {
  const heading = plan.heading[i]!;
  return (rear.y - plan.y[i]!) * Math.cos(heading) - (rear.x - plan.x[i]!) * Math.sin(heading);
}

function parked({ state, lot }: ParkingTask): boolean {
  const distance = Math.hypot(state[V.x]! - lot.goal.x, state[V.y]! - lot.goal.y);
  const turn = Math.abs(wrapAngle(state[V.heading]! - lot.goal.heading));
  return distance < TOLERANCE.position && turn < TOLERANCE.heading;
}

/** Throttle for the speed along the stretch: slow while the wheels still turn, none at the end. */
function throttle(task: ParkingTask, gear: number, left: number, lag: number): number {
  const { state, vehicle } = task;
  const speed = gear * state[V.vx]!;
  const cruise = gear > 0 ? CRUISE.forward : CRUISE.backward;
  const stop = Math.sqrt(2 * ACCELERATION * Math.max(0, left));
  let wanted = Math.min(cruise, 0.9 * stop);
  // From standstill the wheels turn first.
  if (lag > 0.15) wanted = Math.min(wanted, speed < 0.2 ? 0 : 0.5);
  if (wanted < 0.05) return 0;
  const acceleration = Math.max(-2, Math.min(ACCELERATION, (wanted - speed) / 0.3));
  if (acceleration < -0.6) return 0;
  const force = vehicle.mass * (acceleration + 0.15);
  return gear * Math.max(0.06, force / vehicle.engineForce);
}
