/** Reliability bins of the reward model, as the newest metrics tell them. */
import type { MetricsPoint } from '../../server/protocol/index.ts';

export interface Bin {
  /** Mean probability, in [0.5, 1], that it gave to the answer it expected. */
  readonly confidence: number;
  /** How often that was the answer. */
  readonly accuracy: number;
  readonly count: number;
}

/** Least confident first; none while no answer was held out. */
export function binsOf(points: readonly MetricsPoint[]): Bin[] {
  const values = points.at(-1)?.values ?? {};
  const bins: Bin[] = [];
  for (;;) {
    const name = `reward/reliability/${bins.length}`;
    const confidence = values[`${name}/confidence`];
    const accuracy = values[`${name}/accuracy`];
    const count = values[`${name}/count`];
    if (confidence === undefined || accuracy === undefined || count === undefined) return bins;
    bins.push({ confidence, accuracy, count });
  }
}
