/** Everything that the key figures are made of, out of the storage alone: the same for a server and for a folder. */
import type { Feedback } from '../../agent/contract.ts';
import { isLabel, segmentsOf } from '../../agent/feedback.ts';
import { activeSpans } from '../../agent/quality/kpis.ts';
import type { KpiClip, MetricsPoint } from '../protocol/index.ts';
import { type QualityReport, qualityOf } from '../run/quality.ts';
import { rejectedBy } from '../run/review-rules.ts';
import { type Transitivity, transitivityOf } from '../run/transitivity.ts';
import type { Storage } from '../storage/contract.ts';
import { createLogReader, type LogReader } from '../storage/log-reader.ts';
import type { ProbeResult } from '../storage/quality-contract.ts';
import { movedSince } from './behaviour.ts';

export type KpiStorage = Pick<
  Storage,
  | 'readFeedback'
  | 'readMetrics'
  | 'pageEpisodes'
  | 'answeredAssignments'
  | 'probeResults'
  | 'listStandings'
  | 'listReviews'
>;

export interface Work {
  /** What people said, oldest first, without retractions. */
  readonly said: readonly Feedback[];
  /** Of these, ids of what counts: it can be learned from, and was neither taken back nor set aside. */
  readonly usable: ReadonlySet<string>;
  readonly quality: QualityReport;
  readonly transitivity: Transitivity;
  readonly probes: readonly ProbeResult[];
  readonly points: readonly MetricsPoint[];
  /** Kept episodes in which behaviour has drifted, oldest first. */
  readonly behind: readonly KpiClip[];
}

const POINTS = 5000;
/** Episodes of a drift that are named. */
const MOST_BEHIND = 5;
const HOUR = 3_600_000;

/** @param read for who asks again and again */
export async function workOf(
  storage: KpiStorage,
  runId: string,
  read: LogReader = createLogReader(storage, runId),
): Promise<Work> {
  const log = await read();
  const standings = await storage.listStandings(runId);
  const paused = new Set(
    standings.filter(({ state }) => state === 'paused').map(({ teacherId }) => teacherId),
  );
  const takenBack = new Set(log.flatMap((f) => (f.kind === 'retraction' ? [f.feedbackId] : [])));
  const rejected = new Set(rejectedBy(await storage.listReviews(runId)));
  const said = log.filter((f) => isLabel(f));
  const usable = said.filter(
    (f) =>
      !takenBack.has(f.id) && !paused.has(f.teacherId) && !rejected.has(f.id) && saysSomething(f),
  );
  const answered = await storage.answeredAssignments(runId);
  const answers = answered.flatMap(({ verdict, ...row }) =>
    verdict === null ? [] : [{ ...row, verdict }],
  );
  const points = await storage.readMetrics(runId, 0, POINTS);
  return {
    said,
    usable: new Set(usable.map(({ id }) => id)),
    quality: qualityOf(answers),
    transitivity: transitivityOf(log, rejected),
    probes: await storage.probeResults(runId),
    points,
    behind: await behindOf(storage, runId, movedSince({ points })),
  };
}

async function behindOf(
  storage: Pick<KpiStorage, 'pageEpisodes'>,
  runId: string,
  since: number | undefined,
): Promise<KpiClip[]> {
  if (since === undefined) return [];
  const { rows } = await storage.pageEpisodes(runId, {
    ...{ sort: 'startedAt', descending: true, offset: 0, limit: MOST_BEHIND },
    filter: { startedAfter: since - 1 },
  });
  return rows
    .map(({ id, length }) => ({ episodeId: id, from: 0, to: length, feedbackId: null }))
    .reverse();
}

function saysSomething(feedback: Feedback): boolean {
  if (feedback.kind === 'preference')
    return feedback.choice !== 'skip' && feedback.choice !== 'incomparable';
  return feedback.kind !== 'estop' && feedback.kind !== 'approval';
}

/** Active hours of everybody together, until a moment. */
export function hoursOf({ said }: Pick<Work, 'said'>): (until?: number) => number {
  const people = new Map<string, { at: number; responseMs: number }[]>();
  for (const { teacherId, receivedAt, responseMs } of said) {
    const own = people.get(teacherId) ?? [];
    own.push({ at: receivedAt, responseMs });
    people.set(teacherId, own);
  }
  const spans = [...people.values()].flatMap((own) => activeSpans(own));
  spans.sort((one, other) => one.at - other.at);
  let total = 0;
  const sums = spans.map(({ at, ms }) => {
    total += ms;
    return { at, total };
  });
  return (until = Number.POSITIVE_INFINITY) =>
    (sums.findLast(({ at }) => at <= until)?.total ?? 0) / HOUR;
}

export function clipsOf(feedback: readonly Feedback[]): KpiClip[] {
  return feedback.flatMap((f) =>
    segmentsOf(f).map(([, segment]) => ({ ...segment, feedbackId: f.id })),
  );
}
