/**
 * What feedback is about. `segmentsOf` is the only walk over its kinds: all code that must know which
 * episodes or how many steps feedback needs derives it from there, so a new kind is missing nowhere.
 */
import type { Feedback, Segment } from './contract.ts';

/** `field` is the path inside the feedback, empty where the segment is made of its own fields. */
export type NamedSegment = readonly [field: string, segment: Segment];

/**
 * Every segment that feedback names, in the order of its fields. A moment (`step` of a reward or an
 * emergency stop) is the empty segment [step, step).
 */
export function segmentsOf(f: Feedback): NamedSegment[] {
  switch (f.kind) {
    case 'reward':
    case 'estop':
      return [['', { episodeId: f.episodeId, from: f.step, to: f.step }]];
    case 'preference':
      return [
        ['a', f.a],
        ['b', f.b],
      ];
    case 'ranking':
      return numbered('segments', f.segments);
    case 'rating':
    case 'demonstration':
      return [['segment', f.segment]];
    case 'override':
      return [
        ['', { episodeId: f.episodeId, from: f.from, to: f.to }],
        ...(f.counterfactual ? [['counterfactual', f.counterfactual] as const] : []),
        ...numbered('predictions', f.predictions ?? []),
      ];
    case 'counterfactual':
      return [
        ['', { episodeId: f.episodeId, from: f.from, to: f.to }],
        ['counterfactual', f.counterfactual],
        ...numbered('predictions', f.predictions ?? []),
      ];
    case 'correction':
      return [
        ['segment', f.segment],
        ['corrected', f.corrected],
      ];
    case 'critique':
      return [['', { episodeId: f.episodeId, from: f.from, to: f.to }]];
    case 'approval':
      return f.segment ? [['segment', f.segment]] : [];
    case 'retraction':
      return [];
  }
}

/** By id of the episodes that feedback names: how many steps must be known before it says anything. */
export function stepsOf(feedback: Feedback): ReadonlyMap<string, number> {
  // A reward given before the first step is about that step.
  const least = feedback.kind === 'reward' ? 1 : 0;
  const steps = new Map<string, number>();
  for (const [, { episodeId, to }] of segmentsOf(feedback))
    steps.set(episodeId, Math.max(least, to, steps.get(episodeId) ?? 0));
  return steps;
}

/** Id of the feedback that a retraction takes back; undefined for every other kind. */
export function retractedBy(feedback: Feedback): string | undefined {
  return feedback.kind === 'retraction' ? feedback.feedbackId : undefined;
}

/** Whether a teacher said something by it; taking back and completing what was said do not count. */
export function isLabel({ kind }: Feedback): boolean {
  return kind !== 'retraction' && kind !== 'counterfactual';
}

/** What feedback may name. */
export interface Known {
  readonly runId: string;
  /** Steps by episode id; of an open episode those so far. */
  readonly lengths: ReadonlyMap<string, number>;
  /** Ids. */
  readonly queries: ReadonlySet<string>;
  /** Ids. */
  readonly feedback: ReadonlySet<string>;
}

export interface Fault {
  readonly kind:
    | 'unknown-run'
    | 'unknown-query'
    | 'unknown-feedback'
    | 'unknown-episode'
    | 'out-of-range';
  /** Names field, value and what is allowed. */
  readonly message: string;
}

/** The first thing that feedback names and that does not exist or was not driven; undefined: there is none. */
export function check(feedback: Feedback, known: Known): Fault | undefined {
  const { runId, queryId } = feedback;
  if (runId !== known.runId)
    return fault('unknown-run', `feedback.runId: is ${runId}, this run is ${known.runId}`);
  if (queryId !== undefined && !known.queries.has(queryId))
    return fault('unknown-query', `feedback.queryId: ${queryId} was never asked in this run`);
  const retracted = retractedBy(feedback);
  if (retracted !== undefined && !known.feedback.has(retracted))
    return fault('unknown-feedback', `feedback.feedbackId: ${retracted} is not in the log`);
  const isMoment = 'step' in feedback;
  for (const [field, segment] of segmentsOf(feedback)) {
    const found = checkSegment(field ? `feedback.${field}` : 'feedback', segment, isMoment, known);
    if (found) return found;
  }
  return undefined;
}

function checkSegment(
  path: string,
  { episodeId, from, to }: Segment,
  isMoment: boolean,
  { lengths }: Known,
): Fault | undefined {
  const length = lengths.get(episodeId);
  if (length === undefined)
    return fault(
      'unknown-episode',
      `${path}.episodeId: ${episodeId} is not an episode of this run`,
    );
  if (isMoment) return checkRange(`${path}.step`, to, 0, length);
  return checkRange(`${path}.to`, to, 1, length) ?? checkRange(`${path}.from`, from, 0, to - 1);
}

function checkRange(field: string, value: number, least: number, most: number): Fault | undefined {
  if (value >= least && value <= most) return undefined;
  const allowed = most < least ? 'the episode has no steps yet' : `allowed ${least} to ${most}`;
  return fault('out-of-range', `${field}: is ${value}, ${allowed}`);
}

function fault(kind: Fault['kind'], message: string): Fault {
  return { kind, message };
}

function numbered(field: string, segments: readonly Segment[]): NamedSegment[] {
  return segments.map((segment, i) => [`${field}[${i}]`, segment]);
}
