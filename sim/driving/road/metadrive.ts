/**
 * MetaDrive 0.4.3 where it differs from this task, so that a policy trained in one can drive in the other
 * (Li et al. 2022; state_obs.py, node_network_navigation.py, metadrive_env.py, safe_metadrive_env.py).
 */
import type { LineKind } from '../map/contract.ts';
import { V } from '../vehicle/vehicle.ts';
import type { Navigation } from './navigation.ts';

/** The second is the safe environment, whose episodes go on after a crash. */
export const COMPATIBLE = ['metadrive', 'safe-metadrive'] as const;

/** Metres that borders are divided by, over those of this task: four lanes of 4.5 m over six. */
const BORDERS = 27 / 18;
/** Their steering angle is a fraction of the largest one, and divided by 60° once more. */
const STEERING = 1 / 60;

/** Positions in the observation: the agent's numbers, then two checkpoints of five. */
const AT = { left: 0, right: 1, steer: 4, lateral: 8, checkpoints: [9, 14] } as const;

/** Turns an observation of this task into theirs. */
export function toMetaDrive(o: Float32Array): void {
  o[AT.left] = Math.min(1, o[AT.left]! * BORDERS);
  o[AT.right] = Math.min(1, o[AT.right]! * BORDERS);
  o[AT.steer] = 0.5 + (o[AT.steer]! - 0.5) * STEERING;
  o[AT.lateral] = 1 - o[AT.lateral]!;
  for (const at of AT.checkpoints) {
    o[at + 1] = 1 - o[at + 1]!;
    o[at + 3] = 1 - o[at + 3]!;
    o[at + 4] = 0.5 + Math.abs(o[at + 4]! - 0.5);
  }
}

const SOLID: ReadonlySet<LineKind> = new Set(['continuous', 'kerb']);

/** Whether the body, not only its centre, is over a continuous line or a kerb at the border of the route's road. */
export function touchesLine(
  n: Navigation,
  state: Float64Array,
  vehicle: { readonly length: number; readonly width: number },
): boolean {
  const turned = state[V.heading]! - n.lane.headingAt(n.at.s);
  const reach =
    (vehicle.length / 2) * Math.abs(Math.sin(turned)) +
    (vehicle.width / 2) * Math.abs(Math.cos(turned));
  const { lanes } = n.map;
  const { lanes: own } = n.road;
  const left = SOLID.has(lanes[own[0]!]!.leftLine) && n.leftBorder < reach;
  return left || (SOLID.has(lanes[own.at(-1)!]!.rightLine) && n.rightBorder < reach);
}
