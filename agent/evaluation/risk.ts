/** How well a risk tells what is to come, on drives that it never learned from. */
import type { Episode } from '../contract.ts';
import { type Drive, drivesOf, eventsOf, labelled } from '../risk/evidence.ts';
import { areaUnderRoc, calibrationError } from '../risk/measure.ts';

/** Of letting the policy do what it wants in a step of an episode. */
export type RiskOf = (episode: Episode, step: number) => number;

/** A takeover from step `to` of its episode on, and what the policy would have done. */
export interface WatchedTakeover {
  readonly episodeId: string;
  readonly from: number;
  readonly branch: Episode | undefined;
}

/** How well two kinds of moments are told apart. */
interface Told {
  /** Area under the ROC curve; null where there is nothing to tell apart. */
  readonly auc: number | null;
  readonly risky: number;
  readonly calm: number;
}

interface ToldFailures extends Told {
  /** Expected calibration error over all steps whose horizon is known; null without any. */
  readonly ece: number | null;
  /** Share of them that an event follows within the horizon: what a constant would say. */
  readonly rate: number | null;
}

export interface RiskExam {
  readonly takeovers: Told;
  readonly failures: ToldFailures;
}

/**
 * Needed takeovers against undisturbed stretches. A takeover was needed when the branch has cost or an end without
 * success. What is compared is the largest risk within the second up to it, its first step included, and within
 * stretches as long, one after the other, that neither an event nor a takeover follows within as much again and
 * `reaction`. `horizon` and `reaction` in steps.
 */
export function examineTakeovers(
  episodes: readonly Episode[],
  takeovers: readonly WatchedTakeover[],
  risk: RiskOf,
  horizon: number,
  reaction: number,
): Told {
  const largest = ({ episode, from, to }: Drive) => {
    let most = 0;
    for (let step = from; step < to; step++) most = Math.max(most, risk(episode, step));
    return most;
  };
  const risky = takeovers.flatMap(({ episodeId, from, branch }) => {
    const episode = episodes.find(({ id }) => id === episodeId);
    const isNeeded = branch && eventsOf(whole(branch)).includes('event');
    return episode && isNeeded ? largest(secondBefore(episode, from, horizon)) : [];
  });
  const calm = episodes.flatMap(drivesOf).flatMap((drive) => {
    const { episode, from, to } = drive;
    const events = eventsOf(drive);
    const end = to < episode.length ? events.length - horizon - reaction : events.length;
    const stretches = Array.from({ length: Math.floor(end / horizon) }, (_, i) => i * horizon);
    return stretches
      .filter((t) => events.slice(t, t + 2 * horizon).every((event) => event === 'none'))
      .map((t) => largest({ episode, from: from + t, to: from + t + horizon }));
  });
  return told(risky, calm);
}

/**
 * Cost and ends without success, of episodes that nobody watched: the risk one horizon before against that of steps
 * with nothing within two.
 */
export function examineFailures(
  episodes: readonly Episode[],
  risk: RiskOf,
  horizon: number,
): ToldFailures {
  const [risky, calm, probabilities, labels]: number[][] = [[], [], [], []];
  for (const drive of episodes.flatMap(drivesOf)) {
    const { episode, from } = drive;
    const events = eventsOf(drive);
    for (const [t, label] of labelled(events, horizon, 0).entries()) {
      if (label === undefined) continue;
      const p = risk(episode, from + t);
      probabilities!.push(p);
      labels!.push(label);
      const ahead = events.slice(t, t + 2 * horizon);
      if (ahead.indexOf('event') === horizon - 1) risky!.push(p);
      else if (ahead.every((event) => event === 'none')) calm!.push(p);
    }
  }
  const n = labels!.length;
  return {
    ...told(risky!, calm!),
    ece: n === 0 ? null : calibrationError(probabilities!, labels!),
    rate: n === 0 ? null : labels!.reduce((sum, label) => sum + label, 0) / n,
  };
}

/** The policy's steps of the horizon up to a takeover, and its first step. */
function secondBefore(episode: Episode, taken: number, horizon: number): Drive {
  let from = taken;
  while (from > Math.max(0, taken - horizon + 1) && episode.sources[from - 1] === 0) from--;
  return { episode, from, to: taken + 1 };
}

function whole(episode: Episode): Drive {
  return { episode, from: 0, to: episode.length };
}

function told(risky: readonly number[], calm: readonly number[]): Told {
  const isKnown = risky.length > 0 && calm.length > 0;
  const auc = isKnown ? areaUnderRoc(risky, calm) : null;
  return { auc, risky: risky.length, calm: calm.length };
}
