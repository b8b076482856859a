/** Which steps longer clips of a question show. */
import type { WireQuery } from '../../server/protocol/index.ts';

export type Segment = WireQuery['segments'][number];

/** Segments with up to `steps` more at both ends, as far as their episodes go; `lengths`: steps of those. */
export function widenedSegments(
  segments: readonly Segment[],
  lengths: readonly number[],
  steps: number,
): { readonly segments: readonly Segment[]; readonly before: number } {
  const before = Math.min(steps, ...segments.map(({ from }) => from));
  return {
    before,
    segments: segments.map(({ episodeId, from, to }, i) => ({
      episodeId,
      from: from - before,
      to: Math.max(to, Math.min(lengths[i] ?? to, to + steps)),
    })),
  };
}
