import type { Environment, Expert } from '../../../contract.ts';
import { roboticsOf } from '../../engine/environment.ts';
import { fetchReadings, STEP_LENGTH } from './fetch.ts';
import { pegReadings } from './peg.ts';

/**
 * Scripted experts of the arm tasks. Each decides from the current state alone, so they may be asked
 * at any moment, also in the middle of somebody else's episode.
 */

export function towards(
  out: Float32Array,
  axis: number,
  gap: number,
  length: number,
  most = 1,
): void {
  out[axis] = Math.min(most, Math.max(-most, gap / length));
}

export function createReachExpert(env: Environment): Expert {
  const { physics } = roboticsOf(env);
  const r = fetchReadings(physics);
  return {
    act(out) {
      physics.refreshPoses();
      for (let k = 0; k < 3; k++) towards(out, k, r.goalAt(k) - r.gripAt(k), STEP_LENGTH);
      out[3] = 0;
    },
  };
}

/** Height of the fingers while pushing and while travelling above the cube. */
export const PUSH_HEIGHT = 0.435;
export const TRAVEL_HEIGHT = 0.52;
/** Gap between the grip and the cube's centre when the fingers touch it from behind. */
const BEHIND = 0.055;

/** Go around above the cube, come down behind it on the line to the goal, push. */
export function createPushExpert(env: Environment): Expert {
  const { physics } = roboticsOf(env);
  const r = fetchReadings(physics);
  return {
    act(out) {
      physics.refreshPoses();
      out[3] = 0;
      const gx = r.goalAt(0) - r.objectAt(0);
      const gy = r.goalAt(1) - r.objectAt(1);
      const rest = Math.hypot(gx, gy);
      const ux = rest > 1e-6 ? gx / rest : 1;
      const uy = rest > 1e-6 ? gy / rest : 0;
      const ox = r.gripAt(0) - r.objectAt(0);
      const oy = r.gripAt(1) - r.objectAt(1);
      const along = ox * ux + oy * uy;
      const aside = ox * -uy + oy * ux;
      const isLow = r.gripAt(2) < PUSH_HEIGHT + 0.02;
      if (rest < 0.012) {
        out.fill(0, 0, 3);
        return;
      }
      if (isLow && along < -0.02 && Math.abs(aside) < 0.02) {
        // Pushing: follow the line, correct sideways, slow down near the goal.
        const speed = Math.min(0.5, rest / 0.1 + 0.12);
        towards(out, 0, (ux * speed + uy * aside * 8) * STEP_LENGTH, STEP_LENGTH);
        towards(out, 1, (uy * speed - ux * aside * 8) * STEP_LENGTH, STEP_LENGTH);
        towards(out, 2, PUSH_HEIGHT - r.gripAt(2), STEP_LENGTH);
        return;
      }
      const px = r.objectAt(0) - ux * (BEHIND + 0.01) - r.gripAt(0);
      const py = r.objectAt(1) - uy * (BEHIND + 0.01) - r.gripAt(1);
      const isAbove = Math.hypot(px, py) < 0.012;
      const height = isAbove ? PUSH_HEIGHT : TRAVEL_HEIGHT;
      // Below travel height nothing moves sideways, or the fingers would drag the cube along.
      const mayTravel = r.gripAt(2) > TRAVEL_HEIGHT - 0.03 || Math.hypot(ox, oy) > 0.1 || isAbove;
      towards(out, 0, mayTravel ? px : 0, STEP_LENGTH);
      towards(out, 1, mayTravel ? py : 0, STEP_LENGTH);
      towards(out, 2, height - r.gripAt(2), STEP_LENGTH);
    },
  };
}

/** Open above the cube, come down, close, carry. */
export function createPickExpert(env: Environment): Expert {
  const { physics } = roboticsOf(env);
  const r = fetchReadings(physics);
  return {
    act(out) {
      physics.refreshPoses();
      const x = r.objectAt(0) - r.gripAt(0);
      const y = r.objectAt(1) - r.gripAt(1);
      const z = r.objectAt(2) - r.gripAt(2);
      const width = r.finger(0) + r.finger(1);
      const isOver = Math.hypot(x, y) < 0.012;
      const isHeld = width < 0.054 && Math.hypot(x, y, z) < 0.03;
      if (isHeld || (isOver && Math.abs(z) < 0.015)) {
        for (let k = 0; k < 3; k++)
          towards(out, k, isHeld ? r.goalAt(k) - r.objectAt(k) : 0, STEP_LENGTH, 0.6);
        out[3] = -1;
        return;
      }
      towards(out, 0, x, STEP_LENGTH);
      towards(out, 1, y, STEP_LENGTH);
      const isOpen = width > 0.085;
      const height = isOver && isOpen ? r.objectAt(2) : r.objectAt(2) + 0.1;
      towards(out, 2, height - r.gripAt(2), STEP_LENGTH, 0.8);
      out[3] = 1;
    },
  };
}

/** Align above the hole, turn, go down; back up when the peg stands beside it. */
export function createPegExpert(env: Environment): Expert {
  const { physics } = roboticsOf(env);
  const r = pegReadings(physics);
  return {
    act(out) {
      physics.refreshPoses();
      towards(out, 0, -r.offset(0), 0.01);
      towards(out, 1, -r.offset(1), 0.01);
      towards(out, 3, -r.yaw(), 0.06, 0.8);
      const isAligned = r.across() < 0.0015 && Math.abs(r.yaw()) < 0.04;
      const isInside = r.offset(2) < -0.003;
      const height = isAligned || isInside ? -0.06 : 0.01;
      towards(out, 2, height - r.offset(2), 0.01, 0.8);
    },
  };
}
