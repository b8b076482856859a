/** What a recording says once it is kept. */
import type { ClientFeedback, RecordingReply } from '../../server/protocol/index.ts';

type Body<K extends ClientFeedback['kind']> = Omit<
  Extract<ClientFeedback, { kind: K }>,
  'id' | 'runId' | 'teacherId' | 'shownAt' | 'answeredAt' | 'responseMs'
>;
export type Kept = Body<'demonstration'> | Body<'correction'>;

/**
 * Where it leaves an episode, of `steps` steps, it corrects what went on there, for as long as both went on;
 * elsewhere it is a demonstration.
 */
export function keptAs(
  { id, length }: { readonly id: string; readonly length: number },
  branchOf: RecordingReply['branchOf'],
  steps: number,
): Kept {
  const whole = { episodeId: id, from: 0, to: length };
  const to = branchOf ? Math.min(steps, branchOf.step + length) : 0;
  if (!branchOf || to <= branchOf.step) return { kind: 'demonstration', segment: whole };
  const segment = { episodeId: branchOf.episodeId, from: branchOf.step, to };
  return { kind: 'correction', segment, corrected: whole };
}
