/** What was written about the steps of a clip, as the review of answers shows it. */
import type { Segment } from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import { ThreadList } from './thread-list.tsx';
import { useComments } from './use-comments.ts';

export function ClipComments({ segment }: { segment: Segment }) {
  const comments = useComments(segment.episodeId);
  const dt = useApp((s) => s.welcome?.environment.controlDt ?? 0.1);
  return <ThreadList of={comments} dt={dt} within={segment} />;
}
