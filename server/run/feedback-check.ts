/** Feedback against what the run knows: ids that exist, steps that were driven. */
import type { Episode, Segment } from '../../agent/contract.ts';
import { RunError } from '../contract.ts';
import type { ClientFeedback } from '../protocol/index.ts';
import type { Run, Storage } from '../storage/contract.ts';

export interface CheckContext {
  readonly run: Run;
  readonly storage: Storage;
  /** The live episode and how many steps it has so far. */
  openEpisode(): { readonly episodeId: string; readonly length: number } | undefined;
  readonly recent: ReadonlyMap<string, Episode>;
}

/** @throws RunError naming field, value and what is allowed. */
export async function checkFeedback(
  feedback: ClientFeedback,
  context: CheckContext,
): Promise<void> {
  if (feedback.runId !== context.run.id) {
    throw new RunError(
      'bad-message',
      `feedback.runId: is ${feedback.runId}, this run is ${context.run.id}`,
    );
  }
  if (feedback.queryId !== undefined && !(await context.storage.getQuery(feedback.queryId))) {
    throw new RunError(
      'unknown-query',
      `feedback.queryId: ${feedback.queryId} was never asked in this run`,
    );
  }
  for (const [field, segment] of segmentsOf(feedback)) await checkSegment(field, segment, context);
  if (feedback.kind === 'retraction' && !(await context.storage.hasFeedback(feedback.feedbackId))) {
    throw new RunError(
      'unknown-feedback',
      `feedback.feedbackId: ${feedback.feedbackId} is not in the log`,
    );
  }
}

function segmentsOf(f: ClientFeedback): [string, Segment][] {
  switch (f.kind) {
    case 'preference':
      return [
        ['a', f.a],
        ['b', f.b],
      ];
    case 'ranking':
      return f.segments.map((s, i) => [`segments[${i}]`, s]);
    case 'rating':
    case 'demonstration':
      return [['segment', f.segment]];
    case 'correction':
      return [
        ['segment', f.segment],
        ['corrected', f.corrected],
      ];
    case 'override':
    case 'critique':
      return [['', { episodeId: f.episodeId, from: f.from, to: f.to }]];
    case 'reward':
    case 'estop':
      return [['', { episodeId: f.episodeId, from: f.step, to: f.step }]];
    case 'approval':
    case 'retraction':
      return [];
  }
}

async function checkSegment(field: string, segment: Segment, context: CheckContext): Promise<void> {
  const length = await lengthOf(segment.episodeId, context);
  const name = field ? `feedback.${field}` : 'feedback';
  if (length === undefined) {
    throw new RunError(
      'unknown-episode',
      `${name}.episodeId: ${segment.episodeId} is not an episode of this run`,
    );
  }
  if (segment.to > length) {
    throw new RunError(
      'bad-message',
      `${name}: step ${segment.to} is beyond the episode, allowed 0 to ${length}`,
    );
  }
}

async function lengthOf(id: string, context: CheckContext): Promise<number | undefined> {
  const open = context.openEpisode();
  if (open?.episodeId === id) return open.length;
  return context.recent.get(id)?.length ?? (await context.storage.findEpisode(id))?.length;
}
