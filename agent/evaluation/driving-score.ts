/**
 * Driving score and infractions in the manner of the CARLA leaderboard 2.1: route completion in
 * percent, times (1 − share driven off the route), divided by 1 + Σ coefficient · count. Unlike 2.0's
 * product of penalties it does not reward stopping early.
 */

/** Coefficients of CARLA leaderboard 2.1 for the infractions our worlds know. */
export const INFRACTION_WEIGHTS = {
  pedestrianCollisions: 1,
  vehicleCollisions: 0.7,
  objectCollisions: 0.6,
} as const;
export type Infraction = keyof typeof INFRACTION_WEIGHTS;
export const INFRACTIONS = Object.keys(INFRACTION_WEIGHTS) as Infraction[];

/** Counts of one episode; distances in metres. */
export interface DrivingRecord {
  /** In [0, 1]. */
  readonly routeCompletion: number;
  /** In [0, 1]: share of the distance driven outside the road. */
  readonly offRoadShare: number;
  readonly infractions: Readonly<Record<Infraction, number>>;
}

/** In [0, 100]. */
export function drivingScore(record: DrivingRecord): number {
  let penalty = 1;
  for (const kind of INFRACTIONS) penalty += INFRACTION_WEIGHTS[kind] * record.infractions[kind];
  return (100 * record.routeCompletion * (1 - record.offRoadShare)) / penalty;
}
