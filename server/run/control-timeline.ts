/**
 * Who held control of an episode, from its first step to its last: spans without a gap or an overlap. What was wanted and
 * what was done in each step are the episode's own columns.
 */
import {
  type ActionSource,
  type Episode,
  type Feedback,
  type Segment,
  SOURCE_CODE,
} from '../../agent/contract.ts';

type Takeover = Extract<Feedback, { kind: 'override' }>;

/** Steps [from, to) under one holder. */
export interface ControlSpan {
  readonly from: number;
  readonly to: number;
  readonly source: ActionSource;
  /** Who drove; null: nobody did, or it was never logged, as of steps that a kill cut off. */
  readonly teacherId: string | null;
  /** The takeover in the feedback log. */
  readonly feedbackId: string | null;
  /** Versions of the policy that acted, or that was overruled: of the first step and of the last. */
  readonly policyVersions: readonly [number, number];
  /** What the policy would have done instead, if that is known. */
  readonly counterfactual: Segment | null;
}

/** @param log feedback of the run, oldest first; what is about other episodes is passed over */
export function controlTimeline(episode: Episode, log: readonly Feedback[]): ControlSpan[] {
  const takeovers = log.filter(
    (f): f is Takeover => f.kind === 'override' && f.episodeId === episode.id,
  );
  const spans: ControlSpan[] = [];
  let from = 0;
  for (let t = 0; t < episode.length; t++) {
    const isLast = t + 1 === episode.length || !isAlike(episode, takeovers, t, t + 1);
    if (!isLast) continue;
    spans.push(spanOf(episode, takeovers, log, from, t + 1));
    from = t + 1;
  }
  return spans;
}

const NAMES = new Map<number, ActionSource>(
  Object.entries(SOURCE_CODE).map(([name, code]) => [code, name as ActionSource]),
);

/** The newest that the step belongs to: after a rewind another takeover may have the same steps. */
const takeoverAt = (takeovers: readonly Takeover[], t: number): Takeover | undefined =>
  takeovers.findLast(({ from, to }) => from <= t && t < to);

function isAlike(
  { sources }: Episode,
  takeovers: readonly Takeover[],
  s: number,
  t: number,
): boolean {
  return sources[s] === sources[t] && takeoverAt(takeovers, s) === takeoverAt(takeovers, t);
}

function spanOf(
  episode: Episode,
  takeovers: readonly Takeover[],
  log: readonly Feedback[],
  from: number,
  to: number,
): ControlSpan {
  const takeover = takeoverAt(takeovers, from);
  const { sources, policyVersions } = episode;
  return {
    ...{ from, to, source: NAMES.get(sources[from]!) ?? 'policy' },
    ...{ teacherId: takeover?.teacherId ?? null, feedbackId: takeover?.id ?? null },
    policyVersions: [policyVersions[from]!, policyVersions[to - 1]!],
    counterfactual: takeover ? insteadOf(takeover, log) : null,
  };
}

/** Logs of earlier versions have it in the takeover itself. */
function insteadOf({ id, counterfactual }: Takeover, log: readonly Feedback[]): Segment | null {
  if (counterfactual) return counterfactual;
  const later = log.find((f) => f.kind === 'counterfactual' && f.overrideId === id);
  return later?.kind === 'counterfactual' ? later.counterfactual : null;
}
