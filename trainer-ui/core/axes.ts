/** Keys and gamepad to axis values, with ramps. Pure: time and key state come in as arguments. */
import { type Feel, respond, sourceName, USUAL } from './feel.ts';
import type { AxisControl } from './sides.ts';

export interface GamepadState {
  readonly axes: readonly number[];
  /** Button values in [0, 1]. */
  readonly buttons: readonly number[];
  /** How its axes answer, by the name of their source; absent: as usual. */
  readonly feels?: Readonly<Record<string, Feel>>;
}

export interface Axes {
  /** Bit i: axis i is held now. */
  readonly active: number;
  readonly values: Float32Array;
  /**
   * After `dt` seconds. `executed` is the action on screen: axes that hold where they are move on from it. `start` is
   * that action too, as `turnFromView` gives it, while nobody drives here: a takeover begins with it, without a jerk.
   */
  update(
    held: ReadonlySet<string>,
    gamepad: GamepadState | undefined,
    dt: number,
    executed?: ArrayLike<number>,
    start?: ArrayLike<number>,
  ): void;
  reset(): void;
}

/** @param limitOf share of its reach that an axis may use, in (0, 1], asked at every update */
export function createAxes(
  controls: readonly AxisControl[],
  low: readonly number[],
  high: readonly number[],
  limitOf: (control: AxisControl) => number = () => 1,
): Axes {
  const values = new Float32Array(low.length);
  let active = 0;
  /** Bit i: axis i is on its way from where the takeover found it to the stick. */
  let chasing = 0;
  const rest = () => {
    for (const c of controls) values[c.axis] = c.rest;
  };
  rest();
  return {
    get active() {
      return active;
    },
    values,
    reset() {
      active = 0;
      rest();
    },
    update(held, gamepad, dt, executed, start) {
      const before = active;
      active = 0;
      if (start) chasing = -1;
      for (const c of controls) {
        if (c.holds) {
          const isMoving = ((before >>> c.axis) & 1) === 1;
          const from = (isMoving ? undefined : executed?.[c.axis]) ?? values[c.axis]!;
          const rate = rateOf(c, held, gamepad);
          const moved = from + (rate ?? 0) * limitOf(c) * c.attack * dt;
          values[c.axis] = Math.min(high[c.axis] ?? 1, Math.max(low[c.axis] ?? -1, moved));
          if (rate !== undefined) active |= 1 << c.axis;
          continue;
        }
        const up = c.positiveKeys.some((k) => held.has(k));
        const down = c.negativeKeys.some((k) => held.has(k));
        const reach = limitOf(c) * reachOf(c, held, gamepad);
        const max = c.rest + reach * ((high[c.axis] ?? 1) - c.rest);
        const min = c.rest + reach * ((low[c.axis] ?? -1) - c.rest);
        const stick = gamepad ? stickOf(c, gamepad).value : 0;
        const value = start?.[c.axis] ?? values[c.axis]!;
        if (up || down) {
          // Each axis counts by itself; both directions at once hold it at rest.
          const target = up === down ? c.rest : up ? max : min;
          const turning = (target - c.rest) * (value - c.rest) < 0;
          // A slower pace holds at once: fine work must not begin with a jerk.
          const ramped = towards(value, target, (turning ? c.release : c.attack) * dt);
          values[c.axis] = Math.min(max, Math.max(min, ramped));
          active |= 1 << c.axis;
        } else if (stick !== 0) {
          const target =
            stick > 0 ? c.rest + stick * (max - c.rest) : c.rest - stick * (min - c.rest);
          const bit = 1 << c.axis;
          const chased = towards(value, target, Math.max(c.attack, c.release) * dt);
          values[c.axis] = chasing & bit ? Math.min(max, Math.max(min, chased)) : target;
          if (values[c.axis] === Math.fround(target)) chasing &= ~bit;
          active |= bit;
        } else {
          values[c.axis] = towards(value, c.rest, c.release * dt);
        }
      }
    },
  };
}

/**
 * Turn the axes that move along the world's x and y so that they follow the picture: positive x is
 * away from the viewer, positive y to the left. `heading`: angle of the view from the world's x,
 * rad. Writes `out` and returns the axes in use; values stay in range by keeping their direction.
 */
export function turnToView(
  axes: Axes,
  controls: readonly AxisControl[],
  low: readonly number[],
  high: readonly number[],
  heading: number,
  out: Float32Array,
): number {
  out.set(axes.values);
  const x = controls.find((c) => c.along === 'x')?.axis;
  const y = controls.find((c) => c.along === 'y')?.axis;
  if (x === undefined || y === undefined) return axes.active;
  const [away, left] = [axes.values[x]!, axes.values[y]!];
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  const wanted = [away * cos - left * sin, away * sin + left * cos] as const;
  const excess = (v: number, axis: number) =>
    Math.max(v / (high[axis] ?? 1), v / (low[axis] ?? -1), 1);
  const shrink = Math.max(excess(wanted[0], x), excess(wanted[1], y));
  out[x] = wanted[0] / shrink;
  out[y] = wanted[1] / shrink;
  const both = (1 << x) | (1 << y);
  return axes.active & both ? axes.active | both : axes.active;
}

/** The inverse: an action as axes that follow the picture. Writes `out` and returns it. */
export function turnFromView(
  action: ArrayLike<number>,
  controls: readonly AxisControl[],
  heading: number,
  out: Float32Array,
): Float32Array {
  out.set(action);
  const x = controls.find((c) => c.along === 'x')?.axis;
  const y = controls.find((c) => c.along === 'y')?.axis;
  if (x === undefined || y === undefined) return out;
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  out[x] = action[x]! * cos + action[y]! * sin;
  out[y] = action[y]! * cos - action[x]! * sin;
  return out;
}

/** How fast a person moves an axis that holds, as a share of its attack in [-1, 1]; undefined: they do not. */
function rateOf(
  control: AxisControl,
  held: ReadonlySet<string>,
  gamepad: GamepadState | undefined,
): number | undefined {
  const up = control.positiveKeys.some((k) => held.has(k));
  const down = control.negativeKeys.some((k) => held.has(k));
  const reach = reachOf(control, held, gamepad);
  if (up || down) return reach * (Number(up) - Number(down));
  const stick = gamepad ? stickOf(control, gamepad).value : 0;
  return stick === 0 ? undefined : reach * stick;
}

/** Share of the range that is reached now: the slowest of the paces held, or the usual one. */
function reachOf(
  control: AxisControl,
  held: ReadonlySet<string>,
  gamepad: GamepadState | undefined,
): number {
  let reach = Infinity;
  for (const pace of control.paces ?? []) {
    const pressed = pace.button !== undefined && (gamepad?.buttons[pace.button] ?? 0) > 0.5;
    if (pressed || pace.keys.some((k) => held.has(k))) reach = Math.min(reach, pace.reach);
  }
  return reach === Infinity ? (control.reach ?? 1) : reach;
}

function towards(value: number, target: number, step: number): number {
  return Math.abs(target - value) <= step ? target : value + Math.sign(target - value) * step;
}

/** In [-1, 1]: what the hand moves, and what becomes of it. */
export function stickOf(
  control: AxisControl,
  { axes, buttons, feels }: GamepadState,
): { readonly travel: number; readonly value: number } {
  const g = control.gamepad;
  if (!g) return { travel: 0, value: 0 };
  const travel =
    g.kind === 'stick'
      ? g.sign * (axes[g.index] ?? 0)
      : (buttons[g.positive] ?? 0) - (buttons[g.negative] ?? 0);
  return { travel, value: respond(travel, feels?.[sourceName(g)] ?? USUAL) };
}
