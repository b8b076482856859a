/**
 * What an episode says about risk: its steps under the policy, each with the action the policy wanted, as rows that
 * are labelled by whether an event followed within the horizon. Events are
 * - cost, or an end without success;
 * - takeovers and stops. What the policy would have done instead goes before the takeover itself where it was rolled
 *   out: it is the same drive that goes on, with events of its own or without any.
 * People react late, so that the steps just before the horizon of a takeover or a stop have no label. Nor have those
 * whose horizon is not over when the drive is (censoring). Critiques and approvals label the steps they are about.
 */
import type { EnvironmentSpec, Episode, EpisodeSource, Segment } from '../contract.ts';
import { writeRow } from '../reward/rows.ts';
import type { RiskConfig } from './config.ts';

/** What people said about an episode, as far as it speaks of risk. */
export type Mark =
  | { readonly kind: 'takeover'; readonly from: number; readonly branch?: Segment | undefined }
  | { readonly kind: 'stop'; readonly at: number }
  /** Steps [from, to) are called bad (1) or good (0). */
  | { readonly kind: 'verdict'; readonly from: number; readonly to: number; readonly label: 0 | 1 };

export interface Evidence {
  /** (n, d + k): raw observation, wanted action in [−1, 1]. */
  readonly rows: Float32Array;
  /** 1: an event followed within the horizon; 0: none did. (n) */
  readonly labels: Uint8Array;
}

/** Steps [from, to) of an episode that the policy drove without a break. */
export interface Drive {
  readonly episode: Episode;
  readonly from: number;
  readonly to: number;
}

export type HorizonConfig = Pick<RiskConfig, 'horizonSeconds' | 'reactionSeconds'>;

/** @param episodes where the branches are; one that is not there is as if it had not been rolled out */
export function evidenceOf(
  spec: EnvironmentSpec,
  config: HorizonConfig,
  episode: Episode,
  marks: readonly Mark[],
  episodes: EpisodeSource,
): Evidence {
  const horizon = Math.max(1, Math.round(config.horizonSeconds / spec.controlDt));
  const reaction = Math.round(config.reactionSeconds / spec.controlDt);
  const width = spec.observationSpace.size + spec.actionSpace.size;
  const rows: Float32Array[] = [];
  const labels: number[] = [];
  const add = (e: Episode, step: number, label: number) => {
    const row = new Float32Array(width);
    writeRow(spec, e, step, e.policyActions, row, 0);
    rows.push(row);
    labels.push(label);
  };
  const verdicts = verdictsOf(marks);
  const stops = new Set(marks.flatMap((mark) => (mark.kind === 'stop' ? [mark.at] : [])));
  const takeovers = new Map(
    marks.flatMap((mark) => (mark.kind === 'takeover' ? [[mark.from, mark]] : [])),
  );
  for (const drive of drivesUntil(episode, [...takeovers.keys()])) {
    const takeover = takeovers.get(drive.to);
    const segment = takeover?.branch;
    const branch = segment && episodes.get(segment.episodeId);
    const steps = stepsOf(drive, branch);
    const events = eventsAmong(steps, stops, takeover !== undefined && !branch);
    for (const [i, label] of labelled(events, horizon, reaction).entries()) {
      const { e, step } = steps[i]!;
      if (label !== undefined && !(e === episode && verdicts.has(step))) add(e, step, label);
    }
  }
  for (const [step, label] of verdicts) if (step < episode.length) add(episode, step, label);
  return { rows: joined(rows, width), labels: Uint8Array.from(labels) };
}

/** What the policy drove, stretch by stretch. */
export function drivesOf(episode: Episode): Drive[] {
  const drives: Drive[] = [];
  let from = 0;
  for (let t = 0; t <= episode.length; t++) {
    if (t < episode.length && episode.sources[t] === 0) continue;
    if (t > from) drives.push({ episode, from, to: t });
    from = t + 1;
  }
  return drives;
}

/** Also those of no step, where a takeover followed the last person's without a break. */
function drivesUntil(episode: Episode, takeovers: readonly number[]): Drive[] {
  const drives = drivesOf(episode);
  const ends = new Set(drives.map(({ to }) => to));
  const others = takeovers.filter((from) => from < episode.length && !ends.has(from));
  return [...drives, ...others.map((from) => ({ episode, from, to: from }))];
}

interface Step {
  readonly e: Episode;
  readonly step: number;
}

/** The drive, then its branch or the step at which it was taken over: the policy wanted something there too. */
function stepsOf({ episode, from, to }: Drive, branch: Episode | undefined): Step[] {
  const steps: Step[] = [];
  for (let step = from; step < to; step++) steps.push({ e: episode, step });
  if (branch) for (let step = 0; step < branch.length; step++) steps.push({ e: branch, step });
  else if (to < episode.length) steps.push({ e: episode, step: to });
  return steps;
}

/** none; event: something happened in this step; person: somebody stepped in, later than the need arose. */
export type Event = 'none' | 'event' | 'person' | 'unknown';

/** What happened in each step of a drive, by itself. */
export function eventsOf({ episode, from, to }: Drive): Event[] {
  const steps = Array.from({ length: to - from }, (_, i) => ({ e: episode, step: from + i }));
  return eventsAmong(steps, new Set(), false);
}

function eventsAmong(
  steps: readonly Step[],
  stops: ReadonlySet<number>,
  isTaken: boolean,
): Event[] {
  return steps.map(({ e, step }, i) => {
    if (e.origin === 'experience' && stops.has(step)) return 'person';
    if (e.sources[step] !== 0) return isTaken ? 'person' : 'unknown'; // a person drove: of what it would have led to nothing is known
    const isFailure = step === e.length - 1 && e.discounts[step] === 0 && e.successes[step] === 0;
    if (!(e.costs[step]! > 0) && !isFailure) return 'none';
    // What goes on touching something has its event behind it.
    const before = steps[i - 1];
    return before && before.e.costs[before.step]! > 0 && !isFailure ? 'unknown' : 'event';
  });
}

/** Per step: 1 before an event, 0 where none followed, undefined where that is not known. */
export function labelled(
  events: readonly Event[],
  horizon: number,
  reaction: number,
): (0 | 1 | undefined)[] {
  return events.map((event, t) => {
    if (event === 'unknown') return undefined;
    for (let later = t; later < Math.min(events.length, t + horizon + reaction); later++) {
      const isNear = later < t + horizon;
      switch (events[later]!) {
        case 'none':
          break;
        case 'unknown':
          if (isNear) return undefined;
          break;
        case 'event':
          if (isNear) return 1;
          break;
        case 'person':
          return isNear ? 1 : undefined;
      }
    }
    return t + horizon <= events.length ? 0 : undefined;
  });
}

function verdictsOf(marks: readonly Mark[]): Map<number, 0 | 1> {
  const verdicts = new Map<number, 0 | 1>();
  for (const mark of marks) {
    if (mark.kind !== 'verdict') continue;
    for (let step = mark.from; step < mark.to; step++) verdicts.set(step, mark.label);
  }
  return verdicts;
}

function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) all.set(row, i * width);
  return all;
}
