/** The curve of an axis in a picture of 100 by 100: travel across, value up. */
import { type Feel, respond } from '../../core/feel.ts';

const POINTS = 64;

export const placeOf = (travel: number, value: number): readonly [x: number, y: number] => [
  50 + 46 * travel,
  50 - 46 * value,
];

export function curvePath(feel: Feel): string {
  const points = Array.from({ length: POINTS + 1 }, (_, i) => {
    const travel = (2 * i) / POINTS - 1;
    return placeOf(travel, respond(travel, feel)).map((n) => n.toFixed(1));
  });
  return `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`;
}
