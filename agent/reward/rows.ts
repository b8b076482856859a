/** Steps of episodes as the reward model reads them: rows (observation, action scaled to [−1, 1]). */
import type { EnvironmentSpec, Episode, Segment } from '../contract.ts';
import { scaleActions } from '../nn/actions.ts';

export type RowSpec = {
  readonly observationSpace: Pick<EnvironmentSpec['observationSpace'], 'size'>;
  readonly actionSpace: Pick<EnvironmentSpec['actionSpace'], 'low' | 'high' | 'size'>;
};

/** One step, with these actions of the episode's, to `out` from `at` on. */
export function writeRow(
  { observationSpace: { size: d }, actionSpace }: RowSpec,
  e: Episode,
  step: number,
  actions: Float32Array,
  out: Float32Array,
  at: number,
): void {
  const { size: k } = actionSpace;
  for (let i = 0; i < d; i++) out[at + i] = e.observations[step * d + i]!;
  const action = out.subarray(at + d, at + d + k);
  action.set(actions.subarray(step * k, (step + 1) * k));
  scaleActions(actionSpace, action, 1, action);
}

/** Rows [from, to) of an episode with what was executed; undefined: they are not all there. */
export function segmentRows(
  spec: RowSpec,
  e: Episode | undefined,
  { from, to }: Segment,
): Float32Array | undefined {
  if (!e || from < 0 || from >= to || to > e.length) return undefined;
  const width = spec.observationSpace.size + spec.actionSpace.size;
  const rows = new Float32Array((to - from) * width);
  for (let t = from; t < to; t++) writeRow(spec, e, t, e.actions, rows, (t - from) * width);
  return rows;
}
