/** What a parking environment can be told, and its limits. */
import type { EnvironmentOptions } from '../../contract.ts';
import { checkKnown, type Range, readFlag, readNumber } from '../frame/read-options.ts';

export interface ParkingOptions {
  /** Bays on each side of the aisle. */
  readonly bays: number;
  /** Probability that a bay other than the goal holds a car. */
  readonly occupancy: number;
  /** Steps until truncation. */
  readonly horizon: number;
  /** A collision ends the episode (otherwise it only costs). */
  readonly crashEnds: boolean;
  /** Lidar rays and their range, metres. */
  readonly rays: number;
  readonly range: number;
}

const DEFAULTS: ParkingOptions = {
  bays: 8,
  occupancy: 0.6,
  horizon: 1000,
  crashEnds: true,
  rays: 120,
  range: 20,
};

const RANGES: Readonly<Record<string, Range>> = {
  bays: [4, 16, true],
  occupancy: [0, 1, false],
  horizon: [1, 1_000_000, true],
  rays: [0, 720, true],
  range: [5, 200, false],
};

/** @throws RangeError naming field, value and allowed range. */
export function parseParkingOptions(given: EnvironmentOptions = {}): ParkingOptions {
  checkKnown(given, [...Object.keys(RANGES), 'crashEnds']);
  const number = (key: Exclude<keyof ParkingOptions, 'crashEnds'>) =>
    readNumber(key, given[key], DEFAULTS[key], RANGES[key]!);
  return {
    bays: number('bays'),
    occupancy: number('occupancy'),
    horizon: number('horizon'),
    crashEnds: readFlag('crashEnds', given['crashEnds'], DEFAULTS.crashEnds),
    rays: number('rays'),
    range: number('range'),
  };
}

export const PARKING_HORIZON = DEFAULTS.horizon;
