import type { Environment, Expert } from '../../../contract.ts';
import { roboticsOf } from '../../engine/environment.ts';
import { PUSH_HEIGHT, TRAVEL_HEIGHT, towards } from './experts.ts';
import { type FetchReadings, fetchReadings, STEP_LENGTH } from './fetch.ts';

/** Deceleration of the sliding puck, m/s²: friction 0.1. */
const SLIDE_DRAG = 0.98;
/** Seconds between actions of the Fetch tasks. */
const STEP_SECONDS = 0.04;
/** Share of the speed needed at which the fingers let go. */
const RELEASE = 0.97;
/** Commanded over wanted speed: the arm lags behind its command. */
const STRIKE = 1.1;
/** Room behind the puck that the strike starts from, metres. */
const RUN_UP = 0.09;
/** Gap between grip and puck when the fingers touch it, metres. */
const TOUCH = 0.03;
/** Half sides of the closed fingers, and the share of a direction from which on a corner leads. */
const FINGER_X = 0.011;
const FINGER_Y = 0.016;
const CORNER = 0.15;

/** Distance at which the puck is left alone, metres. */
const THERE = 0.03;

/** Where puck, goal and the striking corner are to each other, in the plane of the table. */
function createAim(r: FetchReadings) {
  const aim = { ux: 1, uy: 0, rest: 0, cx: 0, cy: 0, x: 0, y: 0, along: 0, aside: 0 };
  return () => {
    const gx = r.goalAt(0) - r.objectAt(0);
    const gy = r.goalAt(1) - r.objectAt(1);
    aim.rest = Math.hypot(gx, gy);
    aim.ux = aim.rest > 0 ? gx / aim.rest : 1;
    aim.uy = aim.rest > 0 ? gy / aim.rest : 0;
    // The closed fingers are a block along the world's axes: it is its corner that strikes.
    aim.cx = FINGER_X * Math.min(1, Math.max(-1, aim.ux / CORNER));
    aim.cy = FINGER_Y * Math.min(1, Math.max(-1, aim.uy / CORNER));
    aim.x = r.gripAt(0) + aim.cx - r.objectAt(0);
    aim.y = r.gripAt(1) + aim.cy - r.objectAt(1);
    aim.along = aim.x * aim.ux + aim.y * aim.uy;
    aim.aside = aim.y * aim.ux - aim.x * aim.uy;
    return aim;
  };
}

/**
 * Strike the puck so that friction stops it at the goal: go behind it, down, then forward at the
 * speed whose square is twice drag times way, until the puck has that speed; then hands off.
 */
export function createSlideExpert(env: Environment): Expert {
  const { physics } = roboticsOf(env);
  const r = fetchReadings(physics);
  const aimNow = createAim(r);
  const velocity = new Float64Array(6);
  return {
    act(out) {
      physics.refreshFrames();
      physics.bodyVelocity(r.object, velocity);
      out.fill(0);
      const { ux, uy, rest, cx, cy, x, y, along, aside } = aimNow();
      const speed = Math.hypot(velocity[3]!, velocity[4]!);
      const needed = Math.sqrt(2 * SLIDE_DRAG * rest);
      const hasLeft = speed > 0.1 && -along > TOUCH + 0.03;
      if (rest < THERE || speed > RELEASE * needed || hasLeft) return;
      const isLow = r.gripAt(2) < PUSH_HEIGHT + 0.012;
      const isBehind = along < -0.02 && -along < RUN_UP + 0.02 && Math.abs(aside) < 0.02;
      if (isLow && isBehind) {
        const command = needed * STRIKE;
        towards(out, 0, (ux * command + uy * aside * 10) * STEP_SECONDS, STEP_LENGTH);
        towards(out, 1, (uy * command - ux * aside * 10) * STEP_SECONDS, STEP_LENGTH);
        towards(out, 2, PUSH_HEIGHT - r.gripAt(2), STEP_LENGTH);
        return;
      }
      const px = r.objectAt(0) - ux * RUN_UP - r.gripAt(0) - cx;
      const py = r.objectAt(1) - uy * RUN_UP - r.gripAt(1) - cy;
      const isAbove = Math.hypot(px, py) < 0.006;
      // Below travel height nothing moves sideways near the puck, or the fingers would drag it along.
      const mayTravel = r.gripAt(2) > TRAVEL_HEIGHT - 0.03 || Math.hypot(x, y) > 0.08 || isAbove;
      towards(out, 0, mayTravel ? px : 0, STEP_LENGTH);
      towards(out, 1, mayTravel ? py : 0, STEP_LENGTH);
      towards(out, 2, (isAbove ? PUSH_HEIGHT : TRAVEL_HEIGHT) - r.gripAt(2), STEP_LENGTH);
    },
  };
}
