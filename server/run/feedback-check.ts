/** Feedback against what the run knows: ids that exist, steps that were driven. */
import type { Episode, Feedback } from '../../agent/contract.ts';
import { check, type Fault, type Known, retractedBy, stepsOf } from '../../agent/feedback.ts';
import { RunError } from '../contract.ts';
import type { ErrorCode } from '../protocol/index.ts';
import type { Run, Storage } from '../storage/contract.ts';

export interface CheckContext {
  readonly run: Run;
  readonly storage: Storage;
  /** Steps so far of an episode that is open in a live simulation. */
  openLength(episodeId: string): number | undefined;
  readonly recent: ReadonlyMap<string, Episode>;
}

/** @throws RunError naming field, value and what is allowed. */
export async function checkFeedback(feedback: Feedback, context: CheckContext): Promise<void> {
  const fault = check(feedback, await lookUp(feedback, context));
  if (fault?.kind === 'unknown-run')
    throw new RunError(
      'other-run',
      `${fault.message}; reins serve --run ${feedback.runId} takes it`,
    );
  if (fault) throw new RunError(codeOf(fault.kind), fault.message);
}

function codeOf(kind: Exclude<Fault['kind'], 'unknown-run'>): ErrorCode {
  return kind === 'out-of-range' ? 'bad-message' : kind;
}

/** Of everything that the feedback names, what there is. */
async function lookUp(feedback: Feedback, context: CheckContext): Promise<Known> {
  const { run, storage } = context;
  const { queryId } = feedback;
  const retracted = retractedBy(feedback);
  const lengths = new Map<string, number>();
  for (const id of stepsOf(feedback).keys()) {
    const length = await lengthOf(id, context);
    if (length !== undefined) lengths.set(id, length);
  }
  const isAsked = queryId !== undefined && (await storage.getQuery(queryId)) !== undefined;
  const isGiven = retracted !== undefined && (await storage.hasFeedback(retracted));
  return {
    runId: run.id,
    lengths,
    queries: new Set(isAsked ? [queryId] : []),
    feedback: new Set(isGiven ? [retracted] : []),
  };
}

async function lengthOf(id: string, context: CheckContext): Promise<number | undefined> {
  const known = context.openLength(id) ?? context.recent.get(id)?.length;
  return known ?? (await context.storage.findEpisode(id))?.length;
}
