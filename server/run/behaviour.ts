/** A map of behaviour: segments of episodes as points, near to each other where agent and world did alike. */
import type { Episode, Segment } from '../../agent/contract.ts';
import type { BehaviourMap, Place } from '../protocol/index.ts';

/** Rounds of the power iteration; the map needs no more digits than a screen has. */
const ROUNDS = 60;

/** `learned`: per step of each episode, as the reward model has it now. Up to `most` segments of `steps` steps. */
export function mapBehaviour(
  episodes: readonly Episode[],
  learned: readonly (Float32Array | undefined)[],
  steps: number,
  most: number,
): BehaviourMap {
  const all = episodes.flatMap((episode, e) =>
    cut(episode, steps).map((segment) => ({ segment, episode, values: learned[e] })),
  );
  const stride = Math.max(1, Math.ceil(all.length / most));
  const kept = all.filter((_, i) => i % stride === 0);
  const { points, explained } = project(
    kept.map(({ episode, segment }) => featuresOf(episode, segment)),
  );
  const places = kept.map(({ segment, episode, values }, i): Place => {
    const [x, y] = points[i]!;
    const { from, to } = segment;
    const reward = sum(episode.envRewards, from, to);
    return { segment, x, y, reward, learned: values ? sum(values, from, to) : null };
  });
  return { places, explained };
}

function cut({ id, length }: Episode, steps: number): Segment[] {
  const count = Math.floor(length / steps);
  return Array.from({ length: count }, (_, i) => {
    return { episodeId: id, from: i * steps, to: (i + 1) * steps };
  });
}

function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}

/** Means of observation and action over the segment. */
function featuresOf(episode: Episode, { from, to }: Segment): number[] {
  const { observations, actions, length } = episode;
  const mean = (column: ArrayLike<number>, size: number) =>
    Array.from({ length: size }, (_, k) => {
      let total = 0;
      for (let i = from; i < to; i++) total += column[i * size + k]!;
      return total / (to - from);
    });
  // One more observation than actions.
  const observation = mean(observations, observations.length / (length + 1));
  return [...observation, ...mean(actions, actions.length / length)];
}

/** Principal components: the two directions of greatest variance, of columns that count alike. */
export function project(rows: readonly (readonly number[])[]): {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly explained: number;
} {
  const x = standardised(rows);
  const total = x.reduce((all, row) => all + dot(row, row), 0);
  const first = direction(x);
  const along = x.map((row) => dot(row, first));
  const rest = x.map((row, i) => row.map((value, k) => value - along[i]! * first[k]!));
  const second = direction(rest);
  const across = rest.map((row) => dot(row, second));
  const scale = Math.sqrt(dot(along, along) / Math.max(1, x.length)) || 1;
  const explained = total > 0 ? (dot(along, along) + dot(across, across)) / total : 0;
  return { points: along.map((value, i) => [value / scale, across[i]! / scale]), explained };
}

/** Mean 0 and variance 1 per column; what never changes says nothing and is 0. */
function standardised(rows: readonly (readonly number[])[]): number[][] {
  const d = rows[0]?.length ?? 0;
  const n = rows.length;
  const means = Array.from({ length: d }, (_, k) => rows.reduce((all, r) => all + r[k]!, 0) / n);
  const stds = means.map((mean, k) =>
    Math.sqrt(rows.reduce((all, r) => all + (r[k]! - mean) ** 2, 0) / n),
  );
  return rows.map((row) => row.map((v, k) => (stds[k]! > 1e-6 ? (v - means[k]!) / stds[k]! : 0)));
}

/** The direction of greatest variance by power iteration, begun at the row that is farthest out; of length 1. */
function direction(rows: readonly (readonly number[])[]): number[] {
  const start = rows.reduce<readonly number[]>(
    (far, row) => (dot(row, row) > dot(far, far) ? row : far),
    rows[0] ?? [],
  );
  let v = unit(start);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Array<number>(v.length).fill(0);
    for (const row of rows) {
      const along = dot(row, v);
      for (let k = 0; k < v.length; k++) next[k] = next[k]! + along * row[k]!;
    }
    v = unit(next);
  }
  return v;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
}

function unit(v: readonly number[]): number[] {
  const size = Math.sqrt(dot(v, v));
  return size > 0 ? v.map((value) => value / size) : [...v];
}
