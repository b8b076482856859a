/** The controls that leave a model where it is, for every type of actuator. */
import type { BoxSpace } from '../../contract.ts';
import type { Physics } from './physics.ts';

/** MuJoCo's numbers: `mjtTrn`, `mjtDyn`, `mjtGain`, `mjtBias`, `mjtJoint`. */
const TRANSMISSION_JOINT = 0;
const DYNAMICS_INTEGRATOR = 1;
const DYNAMICS_MUSCLE = 4;
const GAIN_AFFINE = 1;
const BIAS_AFFINE = 1;
const JOINT_SLIDE = 2;
/** Parameters per actuator: `mjNGAIN` and `mjNBIAS`; gears: six. */
const PARAMETERS = 10;
const GEARS = 6;

export interface Hold {
  /** Whether what holds an axis of the action is a position, and so depends on the state. */
  isServo(axis: number): boolean;
  /** Writes the action, inside `space`, for the present state. Changes nothing. */
  write(out: Float32Array): void;
}

/**
 * At rest an actuator's force is gain × control + b0 + b1 × length (MuJoCo, "Actuation model"). A servo (b1
 * is not 0) holds its length with the force that its joint needs against gravity and springs; a motor, a
 * velocity servo, an integrator and a muscle rest without force or rate. `space` has MuJoCo's controls.
 */
export function createHold(physics: Physics, space: BoxSpace): Hold {
  const addresses = physics.model('actuator_ctrladr');
  const servos = new Map<number, () => number>();
  for (let i = 0; i < physics.sizes.nactuator; i++) {
    const control = servoOf(physics, i);
    if (control && addresses[i]! >= 0) servos.set(addresses[i]!, control);
  }
  return {
    isServo: (axis) => servos.has(axis),
    write(out) {
      physics.sync();
      if (servos.size > 0) physics.inspect(); // lengths and forces of this state, also once it was loaded
      for (let axis = 0; axis < space.size; axis++) {
        const control = servos.get(axis)?.() ?? 0;
        const wanted = Number.isFinite(control) ? control : 0;
        out[axis] = Math.min(space.high[axis]!, Math.max(space.low[axis]!, wanted));
      }
    },
  };
}

/** The control that holds actuator `i` at its present length; undefined where it is no servo. */
function servoOf(physics: Physics, i: number): (() => number) | undefined {
  const dynamics = physics.model('actuator_dyntype')[i];
  if (dynamics === DYNAMICS_INTEGRATOR || dynamics === DYNAMICS_MUSCLE) return undefined;
  const bias = physics.model('actuator_biasprm');
  const gain = physics.model('actuator_gainprm');
  const p = i * PARAMETERS;
  if (physics.model('actuator_biastype')[i] !== BIAS_AFFINE || bias[p + 1] === 0) return undefined;
  const slope = physics.model('actuator_gaintype')[i] === GAIN_AFFINE ? gain[p + 1]! : 0;
  const driven = drivenDof(physics, i);
  return () => {
    const length = physics.actuator_length[i]!;
    const force = driven ? neededAt(physics, driven.dof) / driven.gear : 0;
    return (force - bias[p]! - bias[p + 1]! * length) / (gain[p]! + slope * length);
  };
}

/** Force that keeps a degree of freedom from falling or springing back. */
function neededAt({ qfrc_bias, qfrc_spring, qfrc_gravcomp }: Physics, dof: number): number {
  return qfrc_bias[dof]! - qfrc_spring[dof]! - qfrc_gravcomp[dof]!;
}

/** The degree of freedom that an actuator drives alone, with its gear; undefined for tendons and the like. */
function drivenDof(physics: Physics, i: number): { dof: number; gear: number } | undefined {
  const joint = physics.model('actuator_trnid')[2 * i]!;
  const gear = physics.model('actuator_gear')[GEARS * i]!;
  if (physics.model('actuator_trntype')[i] !== TRANSMISSION_JOINT || gear === 0) return undefined;
  if (physics.model('jnt_type')[joint]! < JOINT_SLIDE) return undefined; // free and ball joints
  return { dof: physics.model('jnt_dofadr')[joint]!, gear };
}
