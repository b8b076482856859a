/** Clips with some of what went before and came after: to tell what the asked part led to. */
import type { Clip } from '../../server/protocol/index.ts';
import type { Client } from '../core/client.ts';
import { type Segment, widenedSegments } from './widen-segments.ts';

export interface Widened {
  readonly clips: readonly Clip[];
  /** Seconds of the clips before the asked part: the same in all, so that they stay on one clock. */
  readonly before: number;
}

/** @throws Error where an episode is gone. */
export async function widen(
  client: Client,
  segments: readonly Segment[],
  seconds: number,
  dt: number,
): Promise<Widened> {
  const rows = await Promise.all(segments.map(({ episodeId }) => client.episodes.find(episodeId)));
  const lengths = rows.map(({ length }) => length);
  const wide = widenedSegments(segments, lengths, Math.round(seconds / dt));
  const clips = await Promise.all(wide.segments.map((segment) => client.clip(segment)));
  return { clips, before: wide.before * dt };
}
