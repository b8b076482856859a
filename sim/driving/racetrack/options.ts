/** What a racetrack environment can be told, and its limits. */
import type { EnvironmentOptions } from '../../contract.ts';
import { checkKnown, type Range, readFlag, readNumber } from '../frame/read-options.ts';

export interface RacetrackOptions {
  /** Every episode drives this track instead of its seed's own. */
  readonly trackSeed?: number;
  /** Metres of asphalt from edge to edge. */
  readonly width: number;
  /** The episode ends, as a success, after so many laps; 0: it goes on until the horizon. */
  readonly laps: number;
  /** Steps until truncation. */
  readonly horizon: number;
  /** Leaving the asphalt ends the episode at once; otherwise only getting far from it does. */
  readonly offTrackEnds: boolean;
}

const DEFAULTS: RacetrackOptions = { width: 12, laps: 0, horizon: 3000, offTrackEnds: false };

const RANGES: Readonly<Record<string, Range>> = {
  trackSeed: [0, Number.MAX_SAFE_INTEGER, true],
  width: [6, 20, false],
  laps: [0, 1000, true],
  horizon: [1, 1_000_000, true],
};

export const RACETRACK_HORIZON = DEFAULTS.horizon;

/** @throws RangeError naming field, value and allowed range. */
export function parseRacetrackOptions(given: EnvironmentOptions = {}): RacetrackOptions {
  checkKnown(given, [...Object.keys(RANGES), 'offTrackEnds']);
  const number = (key: string, fallback: number) =>
    readNumber(key, given[key], fallback, RANGES[key]!);
  return {
    ...(given['trackSeed'] === undefined ? {} : { trackSeed: number('trackSeed', 0) }),
    width: number('width', DEFAULTS.width),
    laps: number('laps', DEFAULTS.laps),
    horizon: number('horizon', DEFAULTS.horizon),
    offTrackEnds: readFlag('offTrackEnds', given['offTrackEnds'], DEFAULTS.offTrackEnds),
  };
}
