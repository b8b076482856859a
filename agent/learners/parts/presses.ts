/** Live rewards as rows to learn from (TAMER, COACH): each press counts once, and goes when it is taken back. */
import type { EnvironmentSpec, Episode, Feedback, Learner } from '../../contract.ts';
import { scaleActions } from '../../nn/actions.ts';
import { createTuples, type Tuples } from './tuples.ts';

export type Press = Extract<Feedback, { kind: 'reward' }>;

export interface Presses extends Pick<Learner, 'observe' | 'feedback'> {
  readonly rows: Tuples;
  /** There are enough rows to learn from. */
  ready(): boolean;
}

/** `credit` gives `add` the rows (width) of a press; none: nothing is learned from it. */
export function createPresses(
  c: { readonly capacity: number; readonly learningStarts: number },
  width: number,
  credit: (press: Press, episode: Episode, add: (row: Float32Array) => void) => void,
): Presses {
  const rows = createTuples(c.capacity, width);
  return {
    rows,
    ready: () => rows.size >= Math.max(1, c.learningStarts),
    observe() {
      // Steps without a judgement say nothing here.
    },
    feedback(feedback, episodes) {
      if (feedback.kind === 'retraction') return rows.remove(feedback.feedbackId);
      if (feedback.kind !== 'reward') return false;
      if (rows.has(feedback.id)) return true; // a retry
      const episode = episodes.get(feedback.episodeId);
      if (episode) credit(feedback, episode, (row) => rows.add(feedback.id, row));
      return rows.has(feedback.id);
    },
  };
}

/** Observation (d) and action (k) in [−1, 1] of a step, at the start of `row`. */
export function writeStep(
  spec: EnvironmentSpec,
  episode: Episode,
  step: number,
  row: Float32Array,
): void {
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const action = episode.actions.subarray(step * k, (step + 1) * k);
  row.set(episode.observations.subarray(step * d, (step + 1) * d));
  scaleActions(spec.actionSpace, action, 1, row.subarray(d, d + k));
}
