/** Options of the parking environment. */
import { type Config, config, field, flag, number, whole } from '../../config.ts';

export const parkingSchema = config({
  bays: field(whole(4, 16), 8, 'Bays on each side of the aisle.'),
  occupancy: field(number(0, 1), 0.6, 'Probability that a bay other than the goal holds a car.'),
  horizon: field(whole(1, 1_000_000), 1000, 'Steps until truncation.'),
  crashEnds: field(flag, true, 'A collision ends the episode; otherwise it only costs.'),
  rays: field(whole(0, 720), 120, 'Lidar rays.'),
  range: field(number(5, 200), 20, 'Range of the lidar, m.'),
});

export type ParkingOptions = Config<typeof parkingSchema>;
