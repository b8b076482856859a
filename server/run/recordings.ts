/** Where a recording begins, from what is kept of the episode that it branches off. */
import type { Episode } from '../../agent/contract.ts';
import type { RecordingStart } from '../actors/messages.ts';
import { RunError } from '../contract.ts';
import type { RecordFrom } from '../protocol/index.ts';
import type { Episodes } from './episodes.ts';
import type { LiveActors } from './live-actors.ts';

export interface RecordingParts {
  readonly lives: Pick<LiveActors, 'of'>;
  readonly episodes: Pick<Episodes, 'find'>;
}

/** @throws RunError naming the step or the episode that there is not */
export async function recordingStart(
  from: RecordFrom,
  { lives, episodes }: RecordingParts,
): Promise<RecordingStart> {
  if (!('episodeId' in from)) return from.seed === undefined ? {} : { seed: from.seed };
  const { episodeId, step } = from;
  await lives.of(episodeId)?.flush();
  const episode = await episodes.find(episodeId);
  if (!episode)
    throw new RunError(
      'unknown-episode',
      `control.from.episodeId: ${episodeId} is not an episode of this run, or no longer kept`,
    );
  return branchOf(episode, step);
}

/** A step of an episode: the nearest state before it, and the actions from there. @throws RunError */
export function branchOf(episode: Episode, step: number): RecordingStart {
  const { id, seed, length, actions, actionSize: k } = episode;
  const last = lastStart(episode);
  if (step > last)
    throw new RunError('bad-message', `control.from.step: is ${step}, allowed 0 to ${last}`);
  const saved = episode.states.findLast((s) => s.step <= step);
  // A branch does not begin with the reset of its seed.
  if (!saved && episode.branchOf)
    throw new RunError(
      'bad-message',
      `control.from.episodeId: ${id} of ${length} steps keeps no state to begin from`,
    );
  return {
    seed,
    branch: {
      of: { episodeId: id, step },
      ...(saved ? { state: saved.state } : {}),
      actions: actions.slice((saved?.step ?? 0) * k, step * k),
    },
  };
}

/** Nothing follows the end of an episode that has one. */
function lastStart({ end, length }: Episode): number {
  const isOver = end === 'terminated' || end === 'truncated';
  return isOver ? Math.max(0, length - 1) : length;
}
