/** What a training is told, and what it comes to. */
import { isDeepStrictEqual } from 'node:util';
import type { BackendName, Metrics, PolicySnapshot } from '../../agent/contract.ts';
import type { EvaluationSummary } from '../../agent/evaluation/evaluate.ts';
import type { RiskExam } from '../../agent/evaluation/risk.ts';
import type { TakeoverRule } from '../../agent/teachers/override.ts';
import type { PreferenceTeacherName } from '../../agent/teachers/preference.ts';
import type { Environment, EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';
import type { Output } from '../output.ts';
import type { EvaluationPoint } from './evaluations.ts';
import type { KeepOptions } from './kept-run.ts';
import type { LoopResult } from './loop.ts';
import type { TeacherName } from './names.ts';
import type { CurvePoint } from './state.ts';
import type { GivenTeach } from './teacher-settings.ts';

export interface TrainOptions {
  readonly factory: EnvironmentFactory;
  readonly environmentOptions: EnvironmentOptions;
  /** Where the policy is measured, and teachers look ahead; default: as it acts. */
  readonly evaluationOptions?: EnvironmentOptions | undefined;
  readonly preset: string;
  readonly overrides: Record<string, unknown>;
  /** What the learner starts as; `read` is called once, for a training that begins. */
  readonly policy?: {
    readonly file: string;
    read(env: Environment): PolicySnapshot | Promise<PolicySnapshot>;
  };
  readonly teachers: readonly TeacherName[];
  /** When the override teacher takes over; default: its own. */
  readonly rule?: TakeoverRule | undefined;
  /** Who drives after a takeover; default: teacher, the environment's scripted one. */
  readonly operator?: string;
  /** Shortest takeover, s; default: the override teacher's. */
  readonly takeoverSeconds?: number;
  readonly annotator: PreferenceTeacherName;
  /** Changes of the teachers' character by teacher, e.g. `{preference: {mistake: 0.3}}`. */
  readonly teach?: GivenTeach;
  /** Roll out what each takeover prevented; default: where the preset learns from it (`reins`, `ppl`). */
  readonly counterfactuals?: boolean;
  readonly steps: number;
  readonly labels: number;
  readonly seed: number;
  readonly evalEpisodes: number;
  readonly backend: BackendName | undefined;
  /** Same seed and log, same weights: on wasm, or on cpu where that is asked for. */
  readonly deterministic: boolean;
  /** Where the policy goes; default: the `policies` of the data folder, or of ./data. */
  readonly out?: string | undefined;
  /** A data folder to keep the run in as `serve` does, and the run of it to go on with. */
  readonly keep?: KeepOptions | undefined;
  /** Environment steps between two evaluations during the training; absent: before and after alone. */
  readonly evalEvery?: number | undefined;
  /** Examine the risk head at the end, on drives with and without an operator; default: not. */
  readonly examinesRisk?: boolean | undefined;
  /** Folder of TensorBoard's files; absent: none. */
  readonly log?: string | undefined;
  /** Ends the training early: what was learned so far is saved. */
  readonly stop?: AbortSignal | undefined;
  readonly output: Output;
  /** Wall clock in ms. */
  readonly clock: () => number;
}

export interface TrainResult {
  readonly env: string;
  readonly preset: string;
  readonly teacher: string;
  readonly seed: number;
  readonly before: EvaluationSummary;
  readonly after: EvaluationSummary;
  readonly environmentSteps: number;
  readonly expertSteps: number;
  readonly takeovers: number;
  readonly labels: number;
  readonly episodes: number;
  readonly trainingCost: number;
  /** Of takeovers with a counterfactual; all 0 without. */
  readonly prevented: LoopResult['prevented'];
  readonly updates: number;
  /** What computed it. */
  readonly backend: BackendName;
  readonly wallSeconds: number;
  readonly rewardModel: {
    /** On held-out answers. */
    accuracy: number | null;
    /** What a perfect model would reach on the answers of the synthetic teacher, which errs as it was told to. */
    ceiling: number | null;
    /** The same as it is measured with people, from repeated questions; null: fewer than ten of them. */
    measuredCeiling: number | null;
    pearson: number | null;
    /** EPIC distance to the environment's reward, in [0, 1]; 0 is best; null too where either is constant. */
    epic: number | null;
  };
  /** How well the risk head knows what is to come; null where it was not examined, or there is none. */
  readonly risk: RiskExam | null;
  /** Everything the trainer reports of itself. */
  readonly metrics: Metrics;
  /** Means over the held-out episodes of the environment's own metrics at their last step. */
  readonly finalMetrics: {
    readonly before: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
  };
  /** Running totals over the run. */
  readonly curve: readonly CurvePoint[];
  /** Before, during and after the training; none without `evalEvery`. */
  readonly evaluations: readonly EvaluationPoint[];
  /** The best of them, and where its policy is; null without `evalEvery`. */
  readonly best: { readonly step: number; readonly snapshot: string } | null;
  /** The run that was kept; null: none was. */
  readonly run: string | null;
  /** Path of the trained policy. */
  readonly snapshot: string;
  /** SHA-256 of its file: equal for equal seeds with `--deterministic`. */
  readonly snapshotHash: string;
}

/**
 * What decides how a training goes, beside what makes its run: to go on, it must be the same, but for more steps or
 * labels. By the names of the command's flags.
 */
export function settingsOf(options: TrainOptions) {
  const { environmentOptions, evaluationOptions } = options;
  // As where it acts is as not given: runs of before practice have none.
  const isElsewhere = !isDeepStrictEqual(evaluationOptions, environmentOptions);
  return {
    policy: options.policy?.file,
    evaluationOptions: isElsewhere ? evaluationOptions : undefined,
    teacher: options.teachers,
    takeoverRule: options.rule,
    operator: options.operator,
    takeoverSeconds: options.takeoverSeconds,
    annotator: options.annotator,
    teach: options.teach,
    counterfactuals: options.counterfactuals,
    steps: options.steps,
    labels: options.labels,
    evalEpisodes: options.evalEpisodes,
    evalEvery: options.evalEvery,
    backend: options.backend,
    deterministic: options.deterministic,
  };
}
export type TrainSettings = ReturnType<typeof settingsOf>;

/** More of these than before is a training that goes on longer. */
const MAY_GROW: readonly string[] = ['steps', 'labels'];

/** @throws RangeError naming what was otherwise. */
export function expectSame(saved: TrainSettings, now: TrainSettings): void {
  const names = Object.keys(now) as (keyof TrainSettings)[];
  const shown = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));
  const changed = names
    .filter((name) => !isDeepStrictEqual(saved[name], now[name]))
    .filter((name) => !MAY_GROW.includes(name) || Number(now[name]) < Number(saved[name]))
    .map((name) => `${name} was ${shown(saved[name])}, now ${shown(now[name])}`);
  if (changed.length > 0) throw new RangeError(`resume: ${changed.join('; ')}`);
}
