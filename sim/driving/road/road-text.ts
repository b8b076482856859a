/** Generated roads as files. */
import { readOptions } from '../../config.ts';
import type { EnvironmentOptions } from '../../contract.ts';
import { cachedMap } from '../map/cache.ts';
import { writeOpenDrive } from '../map/write/open-drive.ts';
import { drivingOptions, roadSchema } from './options.ts';

/**
 * The road of a seed as OpenDRIVE 1.8.
 * @throws RangeError for options out of range, and for roads that were read from a file.
 */
export async function roadText(
  seed: number,
  given: EnvironmentOptions,
): Promise<{ text: string; lanes: number }> {
  const { map: options } = await drivingOptions(readOptions(roadSchema, given));
  const map = cachedMap(seed, options);
  return { text: writeOpenDrive(map, `Reins road ${seed}`), lanes: map.lanes.length };
}
