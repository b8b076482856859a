/** An episode as a row of the table, and back. */
import type { Episode } from '../../agent/contract.ts';
import { countHumanSteps } from '../../agent/episode/chunks.ts';
import type { EpisodeRow } from './contract.ts';
import { numbersOf, plainJson } from './plain-numbers.ts';
import type { Tables } from './schema.ts';

export function toRow(episode: Episode, live: boolean): Tables['episode'] {
  const { id, runId, seed, length, end, endReason = null, origin, startedAt } = episode;
  return {
    id,
    runId,
    seed,
    length,
    end,
    endReason,
    origin,
    startedAt,
    humanSteps: countHumanSteps(episode.sources),
    live: live ? 1 : 0,
    summary: plainJson(episode.summary),
  };
}

/** Of an episode that is in memory. */
export const rowOf = (episode: Episode, live: boolean): EpisodeRow => fromRow(toRow(episode, live));

export function fromRow({ endReason, origin, ...row }: Tables['episode']): EpisodeRow {
  return {
    ...row,
    ...(endReason === null ? {} : { endReason }),
    live: row.live === 1,
    ...(origin === 'recording' ? { recording: true as const } : {}),
    summary: numbersOf(JSON.parse(row.summary)),
  };
}
