/** Runs a policy on given seeds and says how well it did, with intervals. */
import type { Environment, TimeStep } from '../../sim/contract.ts';
import { createRandom, type Random } from '../../sim/random.ts';
import { type Summary, summarise } from './statistics.ts';

/** Metrics that count infractions over an episode, where an environment has them. */
export const INFRACTIONS = ['crashVehicle', 'crashObject', 'crashPedestrian', 'outOfRoad'] as const;
/** Those in which something is hit. */
const COLLISIONS = ['crashVehicle', 'crashObject', 'crashPedestrian'] as const;
export type Infraction = (typeof INFRACTIONS)[number];
export type Infractions = Readonly<Partial<Record<Infraction, number>>>;

export interface EpisodeRow {
  readonly seed: number;
  readonly steps: number;
  /** Sum of rewards. */
  readonly return: number;
  /** Sum of costs. */
  readonly cost: number;
  /** 1 when the task was solved at the last step: reaching it and leaving again does not count. */
  readonly success: number;
  /** 1 when it was solved and nothing was hit on the way; null where collisions are not counted. */
  readonly collisionFreeSuccess: number | null;
  /** In [0, 1]; null where the task has no route. */
  readonly routeCompletion: number | null;
  /** In [0, 100], CARLA 2.1's; null where the environment has none. */
  readonly drivingScore: number | null;
  /** Metres driven; null where infractions are not counted. */
  readonly distance: number | null;
  readonly infractions: Infractions | null;
  readonly end: 'terminated' | 'truncated';
  readonly endReason: string;
  /** The environment's own metrics at the last step. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface EvaluationSummary {
  readonly episodes: number;
  readonly success: Summary;
  /** null where collisions are not counted. */
  readonly collisionFreeSuccess: Summary | null;
  readonly return: Summary;
  readonly cost: Summary;
  /** null where the task has no route. */
  readonly routeCompletion: Summary | null;
  readonly length: Summary;
  /** null where the environment has none. */
  readonly drivingScore: Summary | null;
  /** Per kilometre over all episodes; null where they are not counted. */
  readonly infractionsPerKm: Infractions | null;
}

export interface Evaluation {
  readonly rows: EpisodeRow[];
  readonly summary: EvaluationSummary;
}

export interface EvaluateOptions {
  /** Of the bootstrap; default seed 0. */
  readonly random?: Random;
  /** After every episode. */
  readonly onEpisode?: (row: EpisodeRow, done: number) => void;
  /** Between two steps: a promise is waited for, and a rejected one ends the evaluation. */
  readonly pause?: () => Promise<void> | undefined;
}

/** Writes an action for a time step to `out`; shape (actionSpace.size). */
export type Act = (timeStep: TimeStep, out: Float32Array) => void;

/** @throws RangeError when there are no seeds. */
export async function evaluate(
  env: Environment,
  act: Act,
  seeds: readonly number[],
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  if (seeds.length === 0) throw new RangeError('seeds: none given, expected at least one');
  const action = new Float32Array(env.actionSpace.size);
  const rows: EpisodeRow[] = [];
  for (const seed of seeds) {
    const row = await runEpisode(env, act, seed, action, options.pause);
    rows.push(row);
    options.onEpisode?.(row, rows.length);
  }
  return { rows, summary: summariseRows(rows, options.random ?? createRandom(0)) };
}

async function runEpisode(
  env: Environment,
  act: Act,
  seed: number,
  action: Float32Array,
  pause: EvaluateOptions['pause'],
): Promise<EpisodeRow> {
  let ts = env.reset(seed);
  let total = 0;
  let cost = 0;
  while (ts.kind !== 'last') {
    act(ts, action);
    ts = env.step(action);
    total += ts.reward;
    cost += ts.info.cost;
    const rest = pause?.();
    if (rest) await rest;
  }
  const metrics = { ...ts.info.metrics };
  const infractions = infractionsOf(metrics);
  const collided = infractions && COLLISIONS.reduce((n, kind) => n + (infractions[kind] ?? 0), 0);
  return {
    seed,
    steps: ts.step,
    return: total,
    cost,
    success: ts.info.success ? 1 : 0,
    collisionFreeSuccess: collided === null ? null : ts.info.success && collided === 0 ? 1 : 0,
    routeCompletion: metrics.routeCompletion ?? null,
    drivingScore: metrics.drivingScore ?? null,
    distance: infractions && (metrics.distance ?? null),
    infractions,
    end: ts.discount === 0 ? 'terminated' : 'truncated',
    endReason: ts.info.endReason,
    metrics,
  };
}

function infractionsOf(metrics: Readonly<Record<string, number>>): Infractions | null {
  const known = INFRACTIONS.filter((kind) => metrics[kind] !== undefined);
  if (known.length === 0) return null;
  return Object.fromEntries(known.map((kind) => [kind, metrics[kind]]));
}

/** @throws RangeError for no rows. */
export function summariseRows(rows: readonly EpisodeRow[], random: Random): EvaluationSummary {
  const over = (pick: (row: EpisodeRow) => number) => summarise(rows.map(pick), random);
  const overAll = (pick: (row: EpisodeRow) => number | null) =>
    rows.every((row) => pick(row) !== null) ? over((row) => pick(row) ?? 0) : null;
  return {
    episodes: rows.length,
    success: over((row) => row.success),
    return: over((row) => row.return),
    cost: over((row) => row.cost),
    routeCompletion: overAll((row) => row.routeCompletion),
    length: over((row) => row.steps),
    drivingScore: overAll((row) => row.drivingScore),
    infractionsPerKm: perKilometre(rows),
    // After the others: each draws from the bootstrap's stream.
    collisionFreeSuccess: overAll((row) => row.collisionFreeSuccess),
  };
}

function perKilometre(rows: readonly EpisodeRow[]): Infractions | null {
  const kilometres = rows.reduce((sum, row) => sum + (row.distance ?? 0), 0) / 1000;
  const first = rows[0]?.infractions;
  if (kilometres === 0 || !first) return null;
  const count = (kind: Infraction) =>
    rows.reduce((sum, row) => sum + (row.infractions?.[kind] ?? 0), 0) / kilometres;
  return Object.fromEntries(Object.keys(first).map((kind) => [kind, count(kind as Infraction)]));
}
