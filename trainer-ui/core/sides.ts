/** Which side of an axis is left for a person. */
import type { ServerMessage } from '../../server/protocol/index.ts';

/** How a person drives one axis, as the server describes it. */
export type AxisControl = Extract<
  ServerMessage,
  { type: 'welcome' }
>['environment']['controls'][number];

/** Whether more of the axis is to the left: by its keys, or where it has none by its stick. */
export function growsLeft({ positiveKeys, negativeKeys, gamepad }: AxisControl): boolean {
  if (positiveKeys.includes('ArrowLeft')) return true;
  if (negativeKeys.includes('ArrowLeft') || positiveKeys.length > 0) return false;
  return gamepad?.kind === 'stick' && gamepad.index % 2 === 0 && gamepad.sign < 0;
}

/** A bar from the middle to `value`, as shares of the width in per cent; left is left. */
export function barOf(
  value: number,
  low: number,
  high: number,
  isMirrored: boolean,
): { left: number; width: number } {
  const share = (100 * (value - low)) / (high - low);
  const end = isMirrored ? 100 - share : share;
  return { left: Math.min(50, end), width: Math.abs(end - 50) };
}
