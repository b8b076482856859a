/** A clip in figures and words. */
import type { Clip, EndReason } from '../../server/protocol/index.ts';
import { endReasonOf } from '../core/end-reason.ts';

type Measured = Pick<Clip, 'rows' | 'dt' | 'speeds' | 'costs' | 'outcome'>;

/** m/s at `time` seconds into the clip; NaN where it was not kept. */
export function speedAt({ rows, dt, speeds }: Measured, time: number): number {
  const row = Math.max(0, Math.min(rows - 1, Math.round(time / dt)));
  return speeds[row] ?? Number.NaN;
}

/** Metres that the agent moved; NaN where its positions were not kept. */
export function distanceOf({ dt, speeds }: Measured): number {
  return speeds.subarray(1).reduce((sum, speed) => sum + speed * dt, 0);
}

const metres = (m: number) => (m < 10 ? m.toFixed(1) : m.toFixed(0));

/** "31 m in 2.5 s · no cost · ends: off the road, 63 % of the route" */
export function clipSummary(clip: Measured, known: readonly EndReason[] | undefined): string {
  const { rows, dt, costs, outcome } = clip;
  const seconds = `${((rows - 1) * dt).toFixed(1)} s`;
  const distance = distanceOf(clip);
  const cost = costs.reduce((a, b) => a + b, 0);
  const parts = [
    Number.isNaN(distance) ? seconds : `${metres(distance)} m in ${seconds}`,
    cost > 0 ? `cost ${Math.round(10 * cost) / 10}` : 'no cost',
  ];
  if (outcome) {
    const { reason, success, route } = outcome;
    const label =
      reason === '' ? (success ? 'success' : 'the end') : endReasonOf(reason, known).label;
    const made = Number.isNaN(route) ? '' : `, ${Math.round(100 * route)} % of the route`;
    parts.push(`ends: ${label}${made}`);
  }
  return parts.join(' · ');
}
