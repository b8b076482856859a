/** Where a training acts, and where it is measured. */
import type { EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';
import type { TeacherName } from './names.ts';

export interface Places {
  /** Where the agent acts and teachers watch. */
  readonly environmentOptions: EnvironmentOptions;
  /** Where it is measured. */
  readonly evaluationOptions: EnvironmentOptions;
}

/** Teachers who watch every step and are the scarce thing: more situations in their time are worth the most. */
const WATCHES: ReadonlySet<TeacherName> = new Set(['override']);

/**
 * Practice for learning, whole episodes for measuring; what was asked for goes before practice.
 * @param wanted default: where a teacher watches
 */
export function placesOf(
  { practice }: EnvironmentFactory,
  given: EnvironmentOptions,
  teachers: readonly TeacherName[],
  wanted = teachers.some((name) => WATCHES.has(name)),
): Places {
  return {
    environmentOptions: wanted ? { ...practice, ...given } : given,
    evaluationOptions: given,
  };
}
