/** One run of the grid: what `reins train` does, as a row. */

import { join } from 'node:path';
import type { BackendName } from '../../../agent/contract.ts';
import { evaluate } from '../../../agent/evaluation/evaluate.ts';
import { mean } from '../../../agent/evaluation/statistics.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import type { Output } from '../../output.ts';
import { resolvePolicy } from '../../policies.ts';
import { placesOf } from '../../train/practice.ts';
import { type TrainResult, train } from '../../train/run.ts';
import { judged } from './judge.ts';
import { describeCommit } from './machine.ts';
import { overridesOf, type RunSpec, runKey } from './plan.ts';
import type { Measured, Row } from './rows.ts';
import { trainTeacher } from './teachers.ts';

export type BackendChoice = BackendName;

export interface ExecuteOptions {
  readonly spec: RunSpec;
  /** Folder of the bench. */
  readonly folder: string;
  readonly backend: BackendChoice;
  /** Same spec, same policy. */
  readonly deterministic: boolean;
  readonly onStep: (done: number) => void;
  /** Wall clock in ms. */
  readonly clock: () => number;
}

export async function execute(options: ExecuteOptions): Promise<Row> {
  const { spec } = options;
  const commit = describeCommit();
  if (spec.kind === 'expert') return measureExpert(options, commit);
  const policy = join('policies', `${runKey(spec)}.policy`);
  const factory = judged(getEnvironment(spec.task));
  const teacher = trainTeacher(spec.teacher, spec.teach);
  const result = await train({
    ...teacher,
    factory,
    ...placesOf(factory, {}, teacher.teachers),
    preset: spec.preset,
    overrides: overridesOf(spec),
    steps: spec.steps,
    labels: spec.budget,
    seed: spec.seed,
    ...(spec.operator === undefined ? {} : { operator: spec.operator }),
    ...(spec.takeoverSeconds === undefined ? {} : { takeoverSeconds: spec.takeoverSeconds }),
    evalEpisodes: spec.evalEpisodes,
    examinesRisk: spec.risk,
    backend: options.backend,
    deterministic: options.deterministic,
    out: join(options.folder, policy),
    output: silent(options.onStep),
    clock: options.clock,
  });
  return rowOf(spec, commit, result, policy);
}

function rowOf(spec: RunSpec, commit: string, result: TrainResult, policy: string): Row {
  const { environmentSteps, expertSteps, takeovers, labels, trainingCost, updates } = result;
  const measured = (when: 'before' | 'after'): Measured => ({
    return: result[when].return.mean,
    success: result[when].success.mean,
    collisionFreeSuccess: result[when].collisionFreeSuccess?.mean ?? null,
    cost: result[when].cost.mean,
    metrics: result.finalMetrics[when],
  });
  return {
    key: runKey(spec),
    spec,
    commit,
    before: measured('before'),
    after: measured('after'),
    environmentSteps,
    expertSteps,
    takeovers,
    labels,
    trainingCost,
    updates,
    backend: result.backend,
    wallSeconds: result.wallSeconds,
    ...result.rewardModel,
    ...(result.risk ? { risk: result.risk } : {}),
    curve: result.curve,
    policy,
  };
}

/** The expert on the same held-out episodes. */
async function measureExpert({ spec, clock }: ExecuteOptions, commit: string): Promise<Row> {
  const started = clock();
  const factory = getEnvironment(spec.task);
  const env = await factory.create({});
  const { act } = resolvePolicy(spec.operator ?? 'teacher', factory, env, spec.seed);
  const { start } = factory.evalSeeds;
  const seeds = Array.from({ length: spec.evalEpisodes }, (_, i) => start + i);
  const { rows, summary } = await evaluate(env, act, seeds);
  env.close();
  const names = Object.keys(rows[0]!.metrics);
  return {
    key: runKey(spec),
    spec,
    commit,
    before: null,
    after: {
      return: summary.return.mean,
      success: summary.success.mean,
      collisionFreeSuccess: summary.collisionFreeSuccess?.mean ?? null,
      cost: summary.cost.mean,
      metrics: Object.fromEntries(names.map((n) => [n, mean(rows.map((r) => r.metrics[n] ?? 0))])),
    },
    environmentSteps: 0,
    expertSteps: 0,
    takeovers: 0,
    labels: 0,
    trainingCost: 0,
    updates: 0,
    backend: null,
    wallSeconds: (clock() - started) / 1000,
    accuracy: null,
    ceiling: null,
    pearson: null,
    curve: [],
    policy: '',
  };
}

/** Many runs share one terminal: only the steps of training get out. */
function silent(onStep: (done: number) => void): Output {
  return {
    result() {},
    note() {},
    progress: (label) => ({
      update: (done) => {
        if (label === 'training') onStep(done);
      },
      stop() {},
    }),
  };
}
