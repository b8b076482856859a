/** Poses and pictures of an episode that was recorded without them, by playing it again. */
import { type Environment, POSE_SIZE } from '../../sim/contract.ts';
import type { Episode } from '../contract.ts';

/** What a replay brings. */
export type Drawing = Pick<Episode, 'poses' | 'pictures'>;

/** Whether it has no poses and can be given them: it was played from a reset to its end, on its actions alone. */
export function isReplayable(episode: Episode): boolean {
  const { poses, bodies, origin, end, branchOf } = episode;
  const isWhole = end === 'terminated' || end === 'truncated';
  return poses.length === 0 && bodies > 0 && isWhole && origin === 'experience' && !branchOf;
}

/**
 * @param env made of the same options; it is left where the episode ends
 * @returns undefined where the episode goes another way here: every observation has to be the same, bit by bit
 */
export function replay(env: Environment, episode: Episode): Drawing | undefined {
  const { seed, length, bodies, observations, observationSize: d, actions } = episode;
  const k = episode.actionSize;
  const width = bodies * POSE_SIZE;
  const poses = new Float32Array((length + 1) * width);
  const pictures: Uint8Array[] = [];
  let ts = env.reset(seed);
  if (env.scene.bodies.length !== bodies) return undefined;
  for (let t = 0; ; t++) {
    const seen = observations.subarray(t * d, (t + 1) * d);
    if (!seen.every((value, i) => Object.is(value, ts.observation[i]))) return undefined;
    env.writePoses(poses.subarray(t * width, (t + 1) * width));
    if (env.picture) pictures.push(env.picture());
    if (t === length) return { poses, ...(pictures.length > 0 ? { pictures } : {}) };
    if (ts.kind === 'last') return undefined;
    ts = env.step(actions.subarray(t * k, (t + 1) * k));
  }
}
