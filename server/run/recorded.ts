/**
 * A run that was imported: nothing acts, so its learner is given what was recorded, and its clips are drawn from the
 * numbers.
 */
import type { Episode } from '../../agent/contract.ts';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import { POSE_SIZE } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { slidersOf } from '../../sim/recorded/environment.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import type { Run, Storage } from '../storage/contract.ts';

/** As many as the learner keeps. */
const MOST_STEPS = 100_000;

/** Adds poses to an episode that has none. */
export type Draw = (episode: Episode) => Promise<Episode>;

export function drawingOf(run: Run, options: Readonly<Record<string, unknown>>): Draw {
  const { write, scene } = slidersOf(run.environmentId, options);
  const bodies = scene.bodies.length;
  return async (episode) => {
    const { length, observationSize: d, actionSize: k, observations, actions } = episode;
    const poses = new Float32Array((length + 1) * bodies * POSE_SIZE);
    for (let t = 0; t <= length; t++) {
      const last = Math.min(t, length - 1); // after the last action, that
      const action = actions.subarray(last * k, (last + 1) * k);
      write(observations.subarray(t * d, (t + 1) * d), action, poses, t * bodies * POSE_SIZE);
    }
    return { ...episode, bodies, poses };
  };
}

/** Tells the learner of all episodes as experience; of a large data set, as many as it keeps, drawn by the run's seed. */
export async function tellRecorded(
  run: Run,
  storage: Pick<Storage, 'listEpisodes' | 'getEpisode'>,
  learner: Pick<LearnerHandle, 'observe'>,
): Promise<void> {
  const rows = await storage.listEpisodes(run.id, Number.MAX_SAFE_INTEGER);
  const random = createRandom(run.seed, 7);
  for (let left = MOST_STEPS; rows.length > 0 && left > 0; ) {
    const [row] = rows.splice(random.integer(rows.length), 1);
    const episode = await storage.getEpisode(row!.id);
    if (!episode || episode.length === 0) continue;
    learner.observe(sliceEpisode(episode, 0, episode.length));
    left -= episode.length;
  }
}
