/** The synthetic teachers of `reins train`, and what they say turned into Feedback. */
import type {
  Feedback,
  FeedbackBody,
  OverrideTeacher,
  PreferenceTeacher,
  ScalarTeacher,
} from '../../../agent/contract.ts';
import { createOverrideTeacher, type TakeoverRule } from '../../../agent/teachers/override.ts';
import {
  createPreferenceTeacher,
  type PreferenceTeacherConfig,
  type PreferenceTeacherName,
  preferenceTeachers,
} from '../../../agent/teachers/preference.ts';
import { createScalarTeacher } from '../../../agent/teachers/scalar.ts';
import type { Environment, EnvironmentFactory, EnvironmentOptions } from '../../../sim/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { UsageError } from '../errors.ts';
import type { TeacherName } from './names.ts';

export interface Teachers {
  readonly override: OverrideTeacher | undefined;
  readonly preference: PreferenceTeacher | undefined;
  readonly scalar: ScalarTeacher | undefined;
  close(): void;
}

export interface TeacherOptions {
  readonly names: readonly TeacherName[];
  readonly seed: number;
  readonly rule: TakeoverRule;
  readonly annotator: PreferenceTeacherName;
  readonly annotatorConfig?: Partial<PreferenceTeacherConfig>;
  /** The policy's action for an observation, for looking ahead. */
  readonly predict: (observation: Float32Array, out: Float32Array) => void;
}

/** @throws UsageError when the environment has no expert for an override teacher. */
export async function createTeachers(
  factory: EnvironmentFactory,
  environmentOptions: EnvironmentOptions,
  env: Environment,
  options: TeacherOptions,
): Promise<Teachers> {
  const wants = (name: TeacherName) => options.names.includes(name);
  const ahead = wants('override') ? await lookAhead(factory, environmentOptions) : undefined;
  return {
    override: ahead
      ? createOverrideTeacher(
          env,
          ahead.expertOf(env),
          { rule: options.rule, copy: ahead, predict: options.predict },
          createRandom(options.seed, 11),
        )
      : undefined,
    preference: wants('preference')
      ? createPreferenceTeacher(
          { ...preferenceTeachers[options.annotator], ...options.annotatorConfig },
          createRandom(options.seed, 12),
        )
      : undefined,
    scalar: wants('scalar') ? createScalarTeacher({}, createRandom(options.seed, 13)) : undefined,
    close: () => ahead?.env.close(),
  };
}

/** A second instance with its own expert, so that looking ahead never touches the real one. */
async function lookAhead(factory: EnvironmentFactory, options: EnvironmentOptions) {
  const expertOf = factory.createExpert?.bind(factory);
  if (!expertOf)
    throw new UsageError(`teacher: ${factory.id} has no expert, so it has no override teacher`);
  const env = await factory.create(options);
  return { env, expert: expertOf(env), expertOf };
}

/** Stamps what a teacher says with ids and (simulated) times. */
export function createFeedbackWriter(runId: string, now: () => number) {
  let count = 0;
  return (teacher: TeacherName, body: FeedbackBody, queryId?: string): Feedback => {
    const answeredAt = now();
    return {
      id: `${runId}-f${count++}`,
      runId,
      teacherId: `synthetic-${teacher}`,
      shownAt: answeredAt,
      answeredAt,
      receivedAt: answeredAt,
      responseMs: 0,
      ...(queryId === undefined ? {} : { queryId }),
      ...body,
    };
  };
}
