/** The mirror image of a driver's observations and actions. */
import type { Mirror } from '../../contract.ts';

const SWAPPED: Readonly<Record<string, string>> = {
  leftBorder: 'rightBorder',
  rightBorder: 'leftBorder',
};
/** Numbers whose middle of the range is straight ahead: one side is left, the other right. */
const TURNED = /^(heading|steer|steering|lastSteering|lateral)$|\.(right|bendDirection|bendAngle)$/;

/**
 * Names as in the observation. Lidar rays run counter-clockwise from straight ahead: ray i becomes
 * ray −i. Undefined where a name has no known mirror image.
 * @param signedYawRate whether `yawRate` has a sign (centred) or is a magnitude.
 */
export function drivingMirror(
  names: readonly string[],
  signedYawRate: boolean,
): Mirror | undefined {
  const index = new Map(names.map((name, j) => [name, j]));
  const rays = names.filter((name) => /^lidar\d+$/.test(name)).length;
  const from = new Int32Array(names.length);
  const sign = new Int8Array(names.length).fill(1);
  for (const [j, name] of names.entries()) {
    const ray = /^lidar(\d+)$/.exec(name);
    const other = ray ? `lidar${(rays - Number(ray[1])) % rays}` : (SWAPPED[name] ?? name);
    const at = index.get(other);
    if (at === undefined || !KNOWN.test(name)) return undefined;
    from[j] = at;
    if (TURNED.test(name) || (name === 'yawRate' && signedYawRate)) sign[j] = -1;
  }
  return { from, sign };
}

const KNOWN =
  /^(leftBorder|rightBorder|heading|speed|steer|steering|throttle|lastSteering|lastThrottle|yawRate|lateral|lidar\d+|checkpoint\d+\.\w+)$/;
