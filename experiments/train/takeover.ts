/** The end of a takeover: what it spared, and the feedback that it is. */
import { type Prevented, prevented, withVerdict } from '../../agent/acting/counterfactual.ts';
import type { Episode } from '../../agent/contract.ts';
import { observeBranch, say, send } from './say.ts';
import { clock, type LoopOptions, type State } from './state.ts';

/** Feedback follows the steps it is about; they are [takeover, to). */
export function endTakeover(options: LoopOptions, state: State, to: number): void {
  const { totals } = state;
  send(options, state);
  const episode = state.recorder.episode();
  const from = totals.takeover;
  const branch =
    totals.takenAt &&
    options.counterfactual?.(episode, from, to, totals.takenAt, clock(options, state));
  if (branch) {
    const spared = prevented(branch, episode, from);
    observeBranch(options, branch, withVerdict(branch.summary, spared));
    tally(state, spared);
  }
  const predictions = predict(options, state, episode, to);
  say(options, state, 'override', {
    kind: 'override',
    episodeId: episode.id,
    from,
    to,
    ...(branch ? { counterfactual: { episodeId: branch.id, from: 0, to: branch.length } } : {}),
    ...(predictions ? { predictions } : {}),
  });
  totals.takeover = -1;
  totals.takenAt = undefined;
}

/** Where the agent's actions during the takeover would have led; the trainer has them when told of it. */
function predict(options: LoopOptions, state: State, episode: Episode, to: number) {
  const { takeover, takenAt } = state.totals;
  if (!options.predictions || !takenAt) return undefined;
  const { roll, steps } = options.predictions;
  const now = clock(options, state);
  const predicted = roll(episode, takeover, to, takenAt, steps, now);
  observeBranch(options, predicted.episode);
  return predicted.segments;
}

/** What a takeover spared, for the totals. */
function tally({ totals }: State, spared: Prevented): void {
  totals.prevented.takeovers++;
  totals.prevented.cost += spared.cost;
  if (spared.failure) totals.prevented.failures++;
  if (spared.unneeded) totals.prevented.unneeded++;
}
