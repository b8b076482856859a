/** How an axis of a gamepad or wheel answers the hand: its dead zone, its curve, and which way it goes. */
import type { AxisControl } from './sides.ts';

export interface Feel {
  /** Travel from rest below which the axis is not touched, and nobody takes over; 0.02 to 0.5. */
  readonly deadZone: number;
  /** Exponent of the travel beyond it: 1 is straight, more is finer around the middle; 1 to 3. */
  readonly curve: number;
  /** The other way round. */
  readonly invert: boolean;
}

export const USUAL: Feel = { deadZone: 0.12, curve: 1, invert: false };

/** Below the least dead zone a pad that nobody touches would take over. */
export const FEEL_RANGE = { deadZone: [0.02, 0.5], curve: [1, 3] } as const;

/** In [-1, 1]; zero inside the dead zone, from zero on behind it, and both ends are reached. */
export function respond(travel: number, { deadZone, curve, invert }: Feel): number {
  const size = Math.min(1, Math.abs(travel));
  if (size <= deadZone) return 0;
  const value = ((size - deadZone) / (1 - deadZone)) ** curve;
  const isNegative = travel < 0 !== invert;
  return isNegative ? -value : value;
}

type Source = NonNullable<AxisControl['gamepad']>;

/** Of the standard gamepad: `axis 0`, `buttons 7 6`. What is remembered of a device goes by this name. */
export const sourceName = (source: Source): string =>
  source.kind === 'stick'
    ? `axis ${source.index}`
    : `buttons ${source.positive} ${source.negative}`;

export function isFeel(value: unknown): value is Feel {
  if (typeof value !== 'object' || value === null) return false;
  const { deadZone, curve, invert } = value as Partial<Record<keyof Feel, unknown>>;
  const isIn = (n: unknown, [low, high]: readonly [number, number]) =>
    typeof n === 'number' && n >= low && n <= high;
  return (
    isIn(deadZone, FEEL_RANGE.deadZone) &&
    isIn(curve, FEEL_RANGE.curve) &&
    typeof invert === 'boolean'
  );
}
