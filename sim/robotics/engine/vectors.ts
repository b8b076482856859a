/** The little vector arithmetic that a scene needs. */
import type { Quat, Vec3 } from '../../contract.ts';

export function quaternionAt(array: ArrayLike<number>, index: number): Quat {
  return [array[index * 4]!, array[index * 4 + 1]!, array[index * 4 + 2]!, array[index * 4 + 3]!];
}

export function vectorAt(array: ArrayLike<number>, index: number): Vec3 {
  return [array[index * 3]!, array[index * 3 + 1]!, array[index * 3 + 2]!];
}

/** v + 2 w (u × v) + 2 u × (u × v), u the vector part. */
export function turned([w, x, y, z]: Quat, [a, b, c]: Vec3): Vec3 {
  const [tx, ty, tz] = [2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)];
  return [
    a + w * tx + (y * tz - z * ty),
    b + w * ty + (z * tx - x * tz),
    c + w * tz + (x * ty - y * tx),
  ];
}

export function turnedBack([w, x, y, z]: Quat, v: Vec3): Vec3 {
  return turned([w, -x, -y, -z], v);
}

export function sum([a, b, c]: Vec3, [x, y, z]: Vec3, factor = 1): Vec3 {
  return [a + factor * x, b + factor * y, c + factor * z];
}
