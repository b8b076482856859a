import type { AxisControl, BoxSpace } from '../../contract.ts';
import type { Random } from '../../random.ts';
import { box } from '../../spaces.ts';
import type { Physics, PhysicsArray } from './mujoco.ts';
import type { ObservationField } from './task.ts';

/** Numbers `from` (included) to `to` (excluded) of an array of the simulation, optionally clipped to ±`clip`. */
export function slice(
  physics: Physics,
  array: PhysicsArray,
  from = 0,
  to = physics[array].length,
  clip = Infinity,
): ObservationField {
  const names = Array.from({ length: to - from }, (_, i) => `${array}[${from + i}]`);
  return {
    names,
    write(out, offset) {
      const source = physics[array];
      const shift = offset - from;
      if (clip === Infinity) for (let i = from; i < to; i++) out[shift + i] = source[i]!;
      else
        for (let i = from; i < to; i++)
          out[shift + i] = Math.min(clip, Math.max(-clip, source[i]!));
    },
  };
}

/** A field of single numbers. */
export function numbers(list: Readonly<Record<string, () => number>>): ObservationField {
  const names = Object.keys(list);
  const values = Object.values(list);
  return {
    names,
    write(out, offset) {
      for (let i = 0; i < values.length; i++) out[offset + i] = values[i]!();
    },
  };
}

/** Names of the controls in their order: the actuator's, with an index where it has several controls. */
export function controlNames(physics: Physics): string[] {
  const address = physics.model('actuator_ctrladr');
  const count = physics.model('actuator_ctrlnum');
  const names = new Array<string>(physics.sizes.nu);
  for (let a = 0; a < physics.sizes.nactuator; a++) {
    const label = physics.label('actuator', a);
    for (let k = 0; k < count[a]!; k++)
      names[address[a]! + k] = count[a] === 1 ? label : `${label}[${k}]`;
  }
  return names;
}

/** Which control a name stands for: its own name, or that of an actuator, whose first is meant. @throws RangeError */
export function controlIndex(physics: Physics, name: string): number {
  const own = controlNames(physics).indexOf(name);
  return own >= 0 ? own : physics.model('actuator_ctrladr')[physics.id('actuator', name)]!;
}

/** The box of the model's controls; an unlimited one gets ±1. */
export function actuatorSpace(physics: Physics): BoxSpace {
  if (physics.sizes.nu === 0) return box(0, 0, { size: 0 });
  const range = physics.model('actuator_ctrlrange');
  const names = controlNames(physics);
  const isOpen = (i: number) => range[i * 2] === 0 && range[i * 2 + 1] === 0;
  return box(
    names.map((_, i) => (isOpen(i) ? -1 : range[i * 2]!)),
    names.map((_, i) => (isOpen(i) ? 1 : range[i * 2 + 1]!)),
    { names },
  );
}

/** Σ x² of an array of the simulation. */
export function sumOfSquares(values: ArrayLike<number>, clip = Infinity): number {
  let sum = 0;
  if (clip === Infinity) {
    for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
    return sum;
  }
  for (let i = 0; i < values.length; i++) {
    const value = Math.min(clip, Math.max(-clip, values[i]!));
    sum += value * value;
  }
  return sum;
}

/** Add U(±noise) to every position and U(±noise) or noise × N(0, 1) to every velocity. */
export function addNoise(
  physics: Physics,
  random: Random,
  noise: number,
  velocity: 'uniform' | 'normal',
): void {
  const { qpos, qvel } = physics;
  for (let i = 0; i < qpos.length; i++) qpos[i]! += random.uniform(-noise, noise);
  for (let i = 0; i < qvel.length; i++)
    qvel[i]! += velocity === 'normal' ? noise * random.normal() : random.uniform(-noise, noise);
}

/** Pairs of keys for one motor after the other: upper row pushes up, lower row down. */
const motorKeys: readonly (readonly [string, string])[] = [
  ['KeyQ', 'KeyA'],
  ['KeyW', 'KeyS'],
  ['KeyE', 'KeyD'],
  ['KeyR', 'KeyF'],
  ['KeyT', 'KeyG'],
  ['KeyY', 'KeyH'],
  ['KeyU', 'KeyJ'],
  ['KeyI', 'KeyK'],
  ['KeyO', 'KeyL'],
];

/** Keys and sticks for motors, as many as there are keys for. */
export function motorControls(names: readonly string[], limit = 1): AxisControl[] {
  return names.slice(0, motorKeys.length).map((name, axis) => {
    const [up, down] = motorKeys[axis]!;
    const control = {
      axis,
      name,
      positiveKeys: [up],
      negativeKeys: [down],
      attack: 8 * limit,
      release: 8 * limit,
      rest: 0,
    };
    if (axis >= 4) return control;
    const sign = axis % 2 === 0 ? 1 : -1;
    return { ...control, gamepad: { kind: 'stick', index: axis, sign } };
  });
}
