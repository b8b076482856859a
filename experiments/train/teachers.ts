/** The synthetic teachers of `reins train`, and what they say turned into Feedback. */

import {
  type CounterfactualOptions,
  counterfactualId,
  counterfactualSeconds,
  type Predictions,
  predictionsId,
  rollCounterfactual,
  rollPredictions,
  takenFrom,
} from '../../agent/acting/counterfactual.ts';
import { createGate, type Gate } from '../../agent/acting/gate.ts';
import type { Episode, GateSnapshot, Policy } from '../../agent/contract.ts';
import type { OverrideTeacher, ScalarTeacher } from '../../agent/teachers/contract.ts';
import { createGatedTeacher } from '../../agent/teachers/gated.ts';
import { createOverrideTeacher, type TakeoverRule } from '../../agent/teachers/override.ts';
import {
  createPreferenceTeacher,
  type PreferenceTeacherName,
  preferenceTeachers,
  type SyntheticAnnotator,
} from '../../agent/teachers/preference.ts';
import { createScalarTeacher } from '../../agent/teachers/scalar.ts';
import type {
  Environment,
  EnvironmentFactory,
  EnvironmentOptions,
  EnvState,
  Memory,
} from '../../sim/contract.ts';
import { memories } from '../../sim/memory.ts';
import { createRandom } from '../../sim/random.ts';
import { resolveOperator } from '../policies.ts';
import type { TeacherName } from './names.ts';
import { overrideSettings, type TeacherSettings } from './teacher-settings.ts';

/** Steps [from, to) of the episode are a takeover that began in `state`; undefined: nothing to roll. */
export type RollCounterfactual = (
  episode: Episode,
  from: number,
  to: number,
  state: EnvState,
  now: number,
) => Episode | undefined;

/** As above, with `steps` held actions from each step of the takeover. */
export type RollPredictions = (
  episode: Episode,
  from: number,
  to: number,
  state: EnvState,
  steps: number,
  now: number,
) => Predictions;

export interface Teachers {
  readonly override: OverrideTeacher | undefined;
  readonly preference: SyntheticAnnotator | undefined;
  readonly scalar: ScalarTeacher | undefined;
  /** What the policy would have done; only with an override teacher. */
  readonly counterfactual: RollCounterfactual | undefined;
  /** Where its actions during a takeover would have led; only with an override teacher. */
  readonly predictions: RollPredictions | undefined;
  /** The observation that the policy acts on next. */
  see(observation: Float32Array): void;
  /** The learner's newest gate: from the first one on, the override teacher comes when it asks. */
  setGate(gate: GateSnapshot | undefined): void;
  /** What all of them remember, the gate included. */
  readonly memory: Memory;
  close(): void;
}

export interface TeacherOptions {
  readonly names: readonly TeacherName[];
  readonly seed: number;
  /** When the override teacher takes over; default: its own. */
  readonly rule?: TakeoverRule | undefined;
  /** Who drives after a takeover: teacher, clone, planner, expert or a policy file. */
  readonly operator: string;
  /** Shortest takeover, s; default: the override teacher's. */
  readonly takeoverSeconds?: number;
  readonly annotator: PreferenceTeacherName;
  /** Changes of the teachers' character. */
  readonly teach: TeacherSettings;
  /** The policy's action for an observation, for looking ahead. */
  readonly predict: (observation: Float32Array, out: Float32Array) => void;
  /** What acts, for counterfactuals. */
  readonly policy: Policy;
}

/** @throws UsageError when the environment has no expert for an override teacher. */
export async function createTeachers(
  factory: EnvironmentFactory,
  environmentOptions: EnvironmentOptions,
  env: Environment,
  options: TeacherOptions,
): Promise<Teachers> {
  const wants = (name: TeacherName) => options.names.includes(name);
  const ahead = wants('override')
    ? await lookAhead(factory, environmentOptions, options.operator)
    : undefined;
  let gate: Gate | undefined;
  let told: GateSnapshot | undefined;
  let seen: Float32Array = new Float32Array(env.observationSpace.size);
  const setGate = (snapshot: GateSnapshot | undefined) => {
    if (!snapshot) return;
    told = snapshot;
    gate = createGate(snapshot);
  };
  const observation = () => seen;
  const override = ahead && gatedOverride(env, ahead, options, observation, () => gate);
  const preference = wants('preference')
    ? createPreferenceTeacher(
        { ...preferenceTeachers[options.annotator], ...options.teach.preference },
        createRandom(options.seed, 12),
      )
    : undefined;
  const scalar = wants('scalar')
    ? createScalarTeacher(options.teach.scalar ?? {}, createRandom(options.seed, 13))
    : undefined;
  return {
    override,
    preference,
    scalar,
    see(now) {
      seen = now;
    },
    ...branches(ahead, options),
    setGate,
    memory: memories({
      gate: { save: () => told, load: (saved) => setGate(saved as GateSnapshot | undefined) },
      override: override?.memory,
      preference: preference?.memory,
      scalar: scalar?.memory,
    }),
    close: () => ahead?.env.close(),
  };
}

function branches(
  ahead: LookAhead | undefined,
  { policy }: TeacherOptions,
): Pick<Teachers, 'counterfactual' | 'predictions'> {
  if (!ahead) return { counterfactual: undefined, predictions: undefined };
  return {
    counterfactual: (episode, from, to, state, now) =>
      rollIn(ahead.env, policy, episode, from, to, state, now),
    predictions: (episode, from, to, state, steps, now) =>
      rollPredictions(ahead.env, state, takenFrom(episode, from, to), steps, {
        ...branchOptions(episode, from, now),
        id: predictionsId(episode.id, from),
      }),
  };
}

function rollIn(
  copy: Environment,
  policy: Policy,
  episode: Episode,
  from: number,
  to: number,
  state: EnvState,
  now: number,
): Episode | undefined {
  const seconds = counterfactualSeconds(to - from, copy.controlDt);
  const branch = rollCounterfactual(
    copy,
    state,
    policy,
    seconds,
    branchOptions(episode, from, now),
  );
  return branch.length > 0 ? branch : undefined;
}

function branchOptions(episode: Episode, from: number, now: number): CounterfactualOptions {
  return {
    id: counterfactualId(episode.id, from),
    runId: episode.runId,
    configHash: episode.configHash,
    branchOf: { episodeId: episode.id, step: from },
    seed: episode.seed,
    startedAt: now,
    keepPoses: false,
  };
}

type LookAhead = Awaited<ReturnType<typeof lookAhead>>;

/** The operator of the takeover rule, until the agent has a gate of its own and asks (thrifty, aim). */
function gatedOverride(
  env: Environment,
  ahead: LookAhead,
  options: TeacherOptions,
  observation: () => Float32Array,
  gate: () => Gate | undefined,
): OverrideTeacher {
  const expert = ahead.expertOf(env);
  const until = createOverrideTeacher(
    env,
    expert,
    {
      ...overrideSettings(options, options.teach.override),
      copy: ahead,
      predict: options.predict,
    },
    createRandom(options.seed, 11),
  );
  return createGatedTeacher({ expert, observation, gate, until });
}

/** A second instance with its own expert, so that looking ahead never touches the real one. */
async function lookAhead(
  factory: EnvironmentFactory,
  options: EnvironmentOptions,
  operator: string,
) {
  const expertOf = resolveOperator(operator, factory);
  const env = await factory.create(options);
  return { env, expert: expertOf(env), expertOf };
}
