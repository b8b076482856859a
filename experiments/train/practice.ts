/** Where a training acts, and where it is measured. */
import type { EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';
import { listEnvironments } from '../../sim/registry.ts';
import { UsageError } from '../errors.ts';
import type { TeacherName } from './names.ts';

export interface Places {
  /** Where the agent acts and teachers watch. */
  readonly environmentOptions: EnvironmentOptions;
  /** Where it is measured. */
  readonly evaluationOptions: EnvironmentOptions;
}

/** @throws UsageError for an environment that has none */
export function practiceOf({ id, practice }: EnvironmentFactory): EnvironmentOptions {
  if (practice) return practice;
  const able = listEnvironments().filter((factory) => factory.practice);
  throw new UsageError(
    `practice: ${id} has no short episodes, allowed with ${able.map((factory) => factory.id).join(', ')}`,
  );
}

/** Teachers who watch every step and are the scarce thing: more situations in their time are worth the most. */
const WATCHES: ReadonlySet<TeacherName> = new Set(['override']);

/**
 * Practice for learning, whole episodes for measuring; what was asked for goes before practice.
 * @param wanted default: where a teacher watches
 * @throws UsageError where it is wanted and there is none
 */
export function placesOf(
  factory: EnvironmentFactory,
  given: EnvironmentOptions,
  teachers: readonly TeacherName[],
  wanted?: boolean,
): Places {
  const isWatched = teachers.some((name) => WATCHES.has(name));
  const practice = wanted ? practiceOf(factory) : isWatched ? factory.practice : {};
  return {
    environmentOptions: wanted === false ? given : { ...practice, ...given },
    evaluationOptions: given,
  };
}
