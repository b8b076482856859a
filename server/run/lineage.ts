/** From every policy of a run to the feedback that it was made of, and back. */
import type { LineageSummary } from '../protocol/index.ts';
import type { Storage } from '../storage/contract.ts';
import type { Exclusion, UnusedFeedback, UsedFeedback } from '../storage/lineage-contract.ts';
import { promotedOf } from '../storage/models-contract.ts';
import type { ErasedAnswer } from '../storage/subjects-contract.ts';

/** Why no policy has learned from something that was accepted. */
export const UNUSED_REASONS = {
  retracted: 'taken back before a policy had learned from it',
  paused: 'its person is paused, so that their answers do not count',
  'says-nothing': 'skipped, or called not comparable: there is nothing to learn',
  'not-learned': 'the preset learns nothing from this kind, or its steps are not kept any more',
  waiting: 'the next policies will have it',
  unrecorded: 'given before it was noted which policy has learned from what',
} as const;
export type UnusedReason = keyof typeof UNUSED_REASONS;

export interface VersionLineage {
  readonly version: number;
  /** When it was published, ms since epoch; null: all that was new in it is erased. */
  readonly time: number | null;
  /** Pieces of feedback that no earlier one had, and all that it has learned from. */
  readonly added: number;
  readonly feedback: number;
  /** First and last of them in the log; null: there are none. */
  readonly sequences: { readonly from: number; readonly to: number } | null;
  /** Of people who were left out. */
  readonly excluded: { readonly teacherIds: readonly string[]; readonly feedback: number };
  readonly retracted: number;
  /** Of those it has learned from, how many were erased since. */
  readonly erased: number;
}

export interface FeedbackLineage {
  readonly feedbackId: string;
  /** First policy that has learned from it; null: none has. */
  readonly version: number | null;
  readonly reason: UnusedReason | null;
  /** From this policy on it is taken back; null: it is not. */
  readonly retractedIn: number | null;
  readonly isErased: boolean;
}

type Lineage = Pick<
  Storage,
  | 'usedFeedback'
  | 'unusedFeedback'
  | 'usedTotals'
  | 'retractedFeedback'
  | 'exclusions'
  | 'listErased'
  | 'listStandings'
  | 'listModels'
>;

/** Cheap: it reads what is unused, and counts the rest. */
export async function summaryOf(
  storage: Lineage,
  runId: string,
): Promise<LineageSummary<UnusedReason>> {
  const reasons = await unusedReasons(storage, runId);
  const unused = Object.fromEntries(Object.keys(UNUSED_REASONS).map((reason) => [reason, 0]));
  for (const { reason } of reasons) unused[reason]!++;
  const { labels: used, newest } = await storage.usedTotals(runId);
  const promoted = promotedOf(await storage.listModels(runId));
  return {
    ...{ accepted: used + reasons.length, used, newest },
    unused: unused as Record<UnusedReason, number>,
    erased: erasedOf((await storage.listErased(runId)).filter(({ isLearned }) => isLearned)),
    promoted: promoted ? { model: promoted.id, version: promoted.policyVersion } : null,
  };
}

function erasedOf(learned: readonly ErasedAnswer[]): LineageSummary['erased'] {
  if (learned.length === 0) return null;
  const versions = learned.flatMap(({ version }) => (version === null ? [] : [version]));
  const isKnown = versions.length === learned.length;
  return { feedback: learned.length, since: isKnown ? Math.min(...versions) : null };
}

/** In the order of the log. */
export async function unusedReasons(
  storage: Lineage,
  runId: string,
): Promise<
  { readonly feedbackId: string; readonly sequence: number; readonly reason: UnusedReason }[]
> {
  const retracted = new Set(await storage.retractedFeedback(runId));
  const standings = await storage.listStandings(runId);
  const paused = new Set(
    standings.filter(({ state }) => state === 'paused').map(({ teacherId }) => teacherId),
  );
  return (await storage.unusedFeedback(runId)).map((row) => ({
    feedbackId: row.feedback.id,
    sequence: row.sequence,
    reason: reasonOf(row, retracted, paused),
  }));
}

function reasonOf(
  { feedback, state }: UnusedFeedback,
  retracted: ReadonlySet<string>,
  paused: ReadonlySet<string>,
): UnusedReason {
  if (retracted.has(feedback.id)) return 'retracted';
  if (state === 'before') return 'unrecorded';
  if (paused.has(feedback.teacherId)) return 'paused';
  if (state === 'waiting') return 'waiting';
  const isEmpty =
    feedback.kind === 'preference' && ['skip', 'incomparable'].includes(feedback.choice);
  return isEmpty ? 'says-nothing' : 'not-learned';
}

/** The newest policies that have learned something new, oldest first. */
export async function versionsOf(
  storage: Lineage,
  runId: string,
  limit: number,
): Promise<VersionLineage[]> {
  const used = await storage.usedFeedback(runId);
  const exclusions = await storage.exclusions(runId);
  const erased = await storage.listErased(runId);
  const all = [...used, ...erased].flatMap(({ version }) => (version === null ? [] : [version]));
  const versions = [...new Set(all)].sort((a, b) => a - b);
  return versions.slice(-limit).map((version) => versionOf(version, used, exclusions, erased));
}

/** What a policy has learned from, in the order of the log. */
export function contentOf(
  version: number,
  used: readonly UsedFeedback[],
  exclusions: readonly Exclusion[],
): {
  readonly taken: UsedFeedback[];
  readonly excluded: UsedFeedback[];
  readonly retracted: UsedFeedback[];
} {
  const until = used.filter((each) => each.version <= version);
  const takenBack = new Set(until.flatMap(({ retracts }) => (retracts ? [retracts] : [])));
  const { teacherIds = [], feedbackIds = [] } =
    exclusions.findLast((each) => each.version <= version) ?? {};
  const [out, rejected] = [new Set(teacherIds), new Set(feedbackIds)];
  const isOut = (each: UsedFeedback) => out.has(each.teacherId) || rejected.has(each.feedbackId);
  const said = until.filter(({ kind }) => kind !== 'retraction' && kind !== 'counterfactual');
  const retracted = said.filter(({ feedbackId }) => takenBack.has(feedbackId));
  const left = said.filter(({ feedbackId }) => !takenBack.has(feedbackId));
  return {
    taken: left.filter((each) => !isOut(each)),
    excluded: left.filter(isOut),
    retracted,
  };
}

function versionOf(
  version: number,
  used: readonly UsedFeedback[],
  exclusions: readonly Exclusion[],
  erased: readonly ErasedAnswer[],
): VersionLineage {
  const { taken, excluded, retracted } = contentOf(version, used, exclusions);
  const [first, last] = [taken[0], taken.at(-1)];
  const news = used.filter((each) => each.version === version);
  return {
    version,
    time: news[0]?.usedAt ?? null,
    added: news.filter(({ kind }) => kind !== 'retraction' && kind !== 'counterfactual').length,
    feedback: taken.length,
    sequences: first && last ? { from: first.sequence, to: last.sequence } : null,
    excluded: {
      teacherIds: [...new Set(excluded.map(({ teacherId }) => teacherId))],
      feedback: excluded.length,
    },
    retracted: retracted.length,
    erased: erased.filter((each) => each.version !== null && each.version <= version).length,
  };
}

/** undefined: there is no such feedback in the run. */
export async function feedbackLineage(
  storage: Lineage,
  runId: string,
  feedbackId: string,
): Promise<FeedbackLineage | undefined> {
  const erased = (await storage.listErased(runId)).find((each) => each.feedbackId === feedbackId);
  if (erased) {
    const { version } = erased;
    return { feedbackId, version, reason: null, retractedIn: null, isErased: true };
  }
  const used = await storage.usedFeedback(runId);
  const found = used.find((each) => each.feedbackId === feedbackId);
  const retraction = used.find(({ retracts }) => retracts === feedbackId);
  if (found)
    return {
      ...{ feedbackId, version: found.version, reason: null, isErased: false },
      retractedIn: retraction?.version ?? null,
    };
  const unused = (await unusedReasons(storage, runId)).find(
    (each) => each.feedbackId === feedbackId,
  );
  if (!unused) return undefined;
  return { feedbackId, version: null, reason: unused.reason, retractedIn: null, isErased: false };
}
