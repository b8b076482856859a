/** A clip for a page: poses and learned rewards of a segment. */
import type { Segment } from '../../agent/contract.ts';
import type { RunHandle } from '../contract.ts';
import { encodeClip } from '../protocol/index.ts';
import { Refusal } from './refusal.ts';

export interface ReadyClip {
  readonly sceneId: number;
  readonly seed: number;
  readonly bytes: ArrayBuffer;
}

/** @throws Refusal for an episode without poses and for steps beyond its end. */
export async function clipOf(run: RunHandle, segment: Segment, tag: number): Promise<ReadyClip> {
  const { episodeId, from, to } = segment;
  const field = 'request-clip.segment';
  const episode = await run.episode(episodeId);
  if (!episode || episode.poses.length === 0) {
    const message = `${field}.episodeId: ${episodeId} has no poses here`;
    throw new Refusal('unknown-episode', message, String(tag));
  }
  if (to > episode.length) {
    const message = `${field}.to: is ${to}, allowed up to ${episode.length}`;
    throw new Refusal('bad-message', message, String(tag));
  }
  const { seed } = episode;
  const sceneId = run.sceneIdOf(seed);
  const width = episode.poses.length / (episode.length + 1);
  const rows = to - from + 1;
  const poses = episode.poses.slice(from * width, (to + 1) * width);
  // Row 0 is the state before the first step.
  const predictedRewards = new Float32Array(rows).fill(Number.NaN);
  predictedRewards.set((await run.predict(segment)) ?? [], 1);
  const dt = run.facts.controlDt;
  return { sceneId, seed, bytes: encodeClip({ tag, dt, sceneId, rows, poses, predictedRewards }) };
}
