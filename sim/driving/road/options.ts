/** Options of the driving environments. */
import {
  type Config,
  choice,
  config,
  field,
  flag,
  number,
  optional,
  text,
  whole,
} from '../../config.ts';
import type { MapOptions } from '../map/contract.ts';
import { readRoadFile } from '../map/read/read-roads.ts';
import type { TrafficOptions } from '../traffic/traffic.ts';
import { VEHICLE_NAMES, type VehicleName } from '../vehicle/classes.ts';
import { COMPATIBLE } from './metadrive.ts';

const share = number(0, 1);
const rays = whole(0, 720);
const range = number(5, 200);

/** By flat names, as a command line writes them. Letters of `map` are checked by the map generator, which knows the blocks. */
export const roadSchema = config({
  map: optional(text('block letters, e.g. "SCXTO"'), 'Blocks of every road, in place of `blocks`.'),
  blocks: field(whole(1, 20), 3, 'Blocks of a road, chosen by its seed.'),
  lanes: field(whole(1, 5), 3, 'Lanes per direction.'),
  laneWidth: field(number(2.5, 5), 3.5, 'Width of a lane, m.'),
  road: optional(
    text('the path of an OpenDRIVE or SUMO file'),
    'Roads of a file (OpenDRIVE 1.4 to 1.8, SUMO’s .net.xml), in place of `map`, `blocks`, `lanes` and `laneWidth`.',
  ),
  route: optional(
    text('ids of roads with commas between them, e.g. "12,40"'),
    'Roads of the file to drive, in order; the shortest way leads from one to the next, and `12:left` is a side of one. Absent: start and destination follow from the seed.',
  ),
  mapSeed: optional(
    whole(0, Number.MAX_SAFE_INTEGER),
    'Every episode uses the map of this seed instead of its own.',
  ),
  density: field(
    share,
    0.06,
    'Share of spawn points (one every 10 m of lane) that hold a vehicle.',
  ),
  traffic: field(
    choice(['trigger', 'respawn']),
    'trigger',
    'trigger: traffic of a block starts when the agent enters it; respawn: drives from the start and reappears.',
  ),
  accidentProb: field(share, 0.8, 'Probability that a block holds an accident scene.'),
  horizon: field(whole(1, 1_000_000), 1500, 'Steps until truncation.'),
  startSteps: field(
    whole(0, 10_000),
    0,
    'Steps that the hand-written driver has driven when the episode begins, at most; how many follows from the seed.',
  ),
  gusts: field(
    share,
    0,
    'Every two seconds something pushes at the steering for 0.6 s, by this share of all of it at most.',
  ),
  crashEnds: field(flag, false, 'A crash ends the episode; otherwise it only costs.'),
  rays: field(rays, 240, 'Lidar rays.'),
  range: field(range, 50, 'Range of the lidar, m.'),
  noise: field(share, 0, 'Standard deviation of Gaussian noise on the lidar’s hit fraction.'),
  dropout: field(share, 0, 'Probability that a lidar ray sees nothing.'),
  nearby: field(
    whole(0, 16),
    0,
    'Nearest cars as numbers, 4 each, before the lidar; 4 cars give MetaDrive’s 275 inputs.',
  ),
  pedestrians: field(
    share,
    0,
    'Share of crossing places (four per block) where a pedestrian crosses.',
  ),
  cyclists: field(share, 0, 'Share of crossing places (four per block) where a cyclist crosses.'),
  sideDetector: field(rays, 0, 'Rays against road borders and continuous lines.'),
  sideRange: field(range, 50, 'Their range, m.'),
  laneLineDetector: field(rays, 0, 'Rays against all lane lines.'),
  laneLineRange: field(range, 20, 'Their range, m.'),
  vehicle: field(choice(VEHICLE_NAMES), 'default', 'The agent’s car.'),
  compat: optional(
    choice(COMPATIBLE),
    'Observation, endings, traffic and density count as in MetaDrive 0.4.3, number by number: of MetaDriveEnv, where crashes end episodes, or SafeMetaDriveEnv.',
  ),
  signedYawRate: field(
    flag,
    false,
    'MetaDrive’s yaw rate has no sign; true gives it one (0.5 is straight).',
  ),
});

export interface DrivingOptions extends TrafficOptions {
  readonly map: MapOptions;
  /** Every episode uses this map seed instead of its own. */
  readonly mapSeed?: number;
  /** Probability that a block holds an accident scene. */
  readonly accidentProb: number;
  /** Steps until truncation. */
  readonly horizon: number;
  /** Most steps of the hand-written driver before the episode. */
  readonly startSteps: number;
  /** Most that a gust adds to the steering, in shares of all of it. */
  readonly gusts: number;
  /** A crash ends the episode (otherwise it only costs). */
  readonly crashEnds: boolean;
  readonly lidar: RayOptions & {
    /** Standard deviation of Gaussian noise on the hit fraction, and probability that a ray sees nothing. */
    readonly noise: number;
    readonly dropout: number;
  };
  /** Nearest cars told as numbers, 4 each, before the lidar. */
  readonly nearby: number;
  /** Fraction of crossing places (four per block and kind) where somebody crosses. */
  readonly pedestrians: number;
  readonly cyclists: number;
  /** Rays against road borders and continuous lines, appended to the observation; 0: none. */
  readonly sideDetector: RayOptions;
  /** Rays against all lane lines, appended after those. */
  readonly laneLineDetector: RayOptions;
  /** The agent's car. */
  readonly vehicle: VehicleName;
  /** The yaw rate has a sign (0.5 = straight). */
  readonly signedYawRate: boolean;
}

export interface RayOptions {
  readonly rays: number;
  /** Metres. */
  readonly range: number;
}

/**
 * The flat options in the groups in which the environment reads them, and the roads of the file they name.
 * @throws RangeError for a file that cannot be read, with the line of what is not supported.
 */
export async function drivingOptions(flat: Config<typeof roadSchema>): Promise<DrivingOptions> {
  const { map: sequence, blocks, lanes, laneWidth, road, route, ...rest } = flat;
  if (route !== undefined && road === undefined) {
    throw new RangeError(
      `route: is "${route}" without a road; allowed with road, the file whose roads it names`,
    );
  }
  const network = road === undefined ? undefined : await readRoadFile(road);
  const { rays, range, noise, dropout, sideRange, laneLineRange, ...others } = rest;
  return {
    ...others,
    crashEnds: others.crashEnds || others.compat === 'metadrive',
    map: {
      blocks,
      lanes,
      laneWidth,
      ...(sequence === undefined ? {} : { sequence }),
      ...(network === undefined ? {} : { network }),
      ...(route === undefined ? {} : { route }),
    },
    lidar: { rays, range, noise, dropout },
    sideDetector: { rays: rest.sideDetector, range: sideRange },
    laneLineDetector: { rays: rest.laneLineDetector, range: laneLineRange },
  };
}
