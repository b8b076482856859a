/** What a driving environment can be told, and its limits. */
import type { EnvironmentOptions } from '../../contract.ts';
import { checkKnown, type Range, readFlag, readNumber, readWord } from '../frame/read-options.ts';
import type { MapOptions } from '../map/contract.ts';
import type { TrafficOptions } from '../traffic/traffic.ts';
import { VEHICLE_NAMES, type VehicleName } from '../vehicle/classes.ts';

export interface DrivingOptions extends TrafficOptions {
  readonly map: MapOptions;
  /** Every episode uses this map seed instead of its own. */
  readonly mapSeed?: number;
  /** Probability that a block holds an accident scene. */
  readonly accidentProb: number;
  /** Steps until truncation. */
  readonly horizon: number;
  /** A crash ends the episode (otherwise it only costs). */
  readonly crashEnds: boolean;
  readonly lidar: {
    readonly rays: number;
    /** Metres. */
    readonly range: number;
    /** Standard deviation of Gaussian noise on the hit fraction, and probability that a ray sees nothing. */
    readonly noise: number;
    readonly dropout: number;
  };
  /** Nearest cars told as numbers, 4 each, before the lidar; 4 gives MetaDrive's 275 inputs. */
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
  /** MetaDrive's yaw rate has no sign; true gives it one (0.5 = straight). */
  readonly signedYawRate: boolean;
}

export interface RayOptions {
  readonly rays: number;
  /** Metres. */
  readonly range: number;
}

const DEFAULTS: DrivingOptions = {
  map: { blocks: 3, lanes: 3, laneWidth: 3.5 },
  density: 0.06,
  traffic: 'trigger',
  accidentProb: 0.8,
  horizon: 1500,
  crashEnds: false,
  lidar: { rays: 240, range: 50, noise: 0, dropout: 0 },
  nearby: 0,
  pedestrians: 0,
  cyclists: 0,
  sideDetector: { rays: 0, range: 50 },
  laneLineDetector: { rays: 0, range: 20 },
  vehicle: 'default',
  signedYawRate: false,
};

const RANGES: Readonly<Record<string, Range>> = {
  blocks: [1, 20, true],
  lanes: [1, 5, true],
  laneWidth: [2.5, 5, false],
  mapSeed: [0, Number.MAX_SAFE_INTEGER, true],
  density: [0, 1, false],
  accidentProb: [0, 1, false],
  horizon: [1, 1_000_000, true],
  rays: [0, 720, true],
  range: [5, 200, false],
  noise: [0, 1, false],
  dropout: [0, 1, false],
  nearby: [0, 16, true],
  pedestrians: [0, 1, false],
  cyclists: [0, 1, false],
  sideDetector: [0, 720, true],
  sideRange: [5, 200, false],
  laneLineDetector: [0, 720, true],
  laneLineRange: [5, 200, false],
};

const FLAGS = ['crashEnds', 'signedYawRate'] as const;

/**
 * Options from strings, numbers or booleans by flat name (`map`, `blocks`, `lanes`, `laneWidth`,
 * `mapSeed`, `density`, `traffic`, `accidentProb`, `horizon`, `crashEnds`, `rays`, `range`, `noise`,
 * `dropout`, `nearby`, `pedestrians`, `cyclists`, `sideDetector`, `sideRange`, `laneLineDetector`,
 * `laneLineRange`, `vehicle`, `signedYawRate`), over a variant's own defaults.
 * @throws RangeError naming field, value and allowed range.
 */
export function parseOptions(
  given: EnvironmentOptions = {},
  variant: Partial<DrivingOptions> = {},
): DrivingOptions {
  const base: DrivingOptions = { ...DEFAULTS, ...variant };
  checkKnown(given, [...Object.keys(RANGES), ...FLAGS, 'map', 'traffic', 'vehicle']);
  const number = (key: string, fallback: number) =>
    readNumber(key, given[key], fallback, RANGES[key]!);
  const map: MapOptions = {
    blocks: number('blocks', base.map.blocks),
    lanes: number('lanes', base.map.lanes),
    laneWidth: number('laneWidth', base.map.laneWidth),
    ...readSequence(given['map'], base.map.sequence),
  };
  const mapSeed = given['mapSeed'] === undefined ? base.mapSeed : number('mapSeed', 0);
  return {
    map,
    ...(mapSeed === undefined ? {} : { mapSeed }),
    density: number('density', base.density),
    traffic: readWord('traffic', given['traffic'], base.traffic, ['trigger', 'respawn']),
    accidentProb: number('accidentProb', base.accidentProb),
    horizon: number('horizon', base.horizon),
    crashEnds: readFlag('crashEnds', given['crashEnds'], base.crashEnds),
    lidar: {
      rays: number('rays', base.lidar.rays),
      range: number('range', base.lidar.range),
      noise: number('noise', base.lidar.noise),
      dropout: number('dropout', base.lidar.dropout),
    },
    nearby: number('nearby', base.nearby),
    pedestrians: number('pedestrians', base.pedestrians),
    cyclists: number('cyclists', base.cyclists),
    sideDetector: {
      rays: number('sideDetector', base.sideDetector.rays),
      range: number('sideRange', base.sideDetector.range),
    },
    laneLineDetector: {
      rays: number('laneLineDetector', base.laneLineDetector.rays),
      range: number('laneLineRange', base.laneLineDetector.range),
    },
    vehicle: readWord('vehicle', given['vehicle'], base.vehicle, VEHICLE_NAMES),
    signedYawRate: readFlag('signedYawRate', given['signedYawRate'], base.signedYawRate),
  };
}

/** Letters are checked by the map generator, which knows the blocks. */
function readSequence(value: unknown, fallback: string | undefined): { sequence?: string } {
  if (value === undefined) return fallback === undefined ? {} : { sequence: fallback };
  if (typeof value === 'string') return { sequence: value };
  throw new RangeError(`option map: is ${String(value)}, allowed block letters, e.g. "SCXTO"`);
}
