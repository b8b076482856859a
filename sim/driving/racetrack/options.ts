/** Options of the racetrack environment. */
import { type Config, config, field, flag, number, optional, whole } from '../../config.ts';

export const racetrackSchema = config({
  trackSeed: optional(
    whole(0, Number.MAX_SAFE_INTEGER),
    'Every episode drives the track of this seed instead of its own.',
  ),
  width: field(number(6, 20), 12, 'Asphalt from edge to edge, m.'),
  laps: field(
    whole(0, 1000),
    0,
    'The episode ends, as a success, after this many laps; 0: it goes on until the horizon.',
  ),
  horizon: field(whole(1, 1_000_000), 3000, 'Steps until truncation.'),
  offTrackEnds: field(
    flag,
    false,
    'Leaving the asphalt ends the episode at once; otherwise only getting far from it does.',
  ),
});

export type RacetrackOptions = Config<typeof racetrackSchema>;
