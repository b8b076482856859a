/** Changes of the synthetic teachers' character: `--teach preference.delay=5`. */
import {
  type OverrideTeacherConfig,
  overrideTeacherSchema,
  type TakeoverRule,
} from '../../agent/teachers/override.ts';
import {
  type PreferenceTeacherConfig,
  preferenceTeacherSchema,
} from '../../agent/teachers/preference.ts';
import { type ScalarTeacherConfig, scalarTeacherSchema } from '../../agent/teachers/scalar.ts';
import { config, fieldRows, group, optional, parseConfig } from '../../sim/config.ts';
import type { TeacherName } from './names.ts';

export interface TeacherSettings {
  readonly preference?: Partial<PreferenceTeacherConfig>;
  readonly scalar?: Partial<ScalarTeacherConfig>;
  readonly override?: Partial<OverrideTeacherConfig>;
}

/** As they are given: by teacher and field, unchecked. */
export type GivenTeach = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** By teacher; absent: as it is. */
export const teachSchema = config({
  preference: optional(group(preferenceTeacherSchema), 'Who compares, ranks and rates.'),
  scalar: optional(group(scalarTeacherSchema), 'Who rewards while the agent acts.'),
  override: optional(group(overrideTeacherSchema), 'Who takes over.'),
} satisfies Record<keyof TeacherSettings, unknown>);

/** What `--teach` may name: `preference.(beta, gamma, …), scalar.(…), …`. */
export function teachNames(): string {
  const names = fieldRows(teachSchema).map(({ name }) => name.split('.'));
  const ofTeacher = (teacher: string) =>
    names.flatMap(([first, field]) => (first === teacher && field ? [field] : []));
  return Object.keys(teachSchema.shape)
    .map((teacher) => `${teacher}.(${ofTeacher(teacher).join(', ')})`)
    .join(', ');
}

/**
 * @param names who teaches: settings of anybody else would change nothing.
 * @throws RangeError naming the field, its value and what is allowed.
 */
export function checkTeacherSettings(
  given: GivenTeach,
  names: readonly TeacherName[],
): TeacherSettings {
  parseConfig('teach', teachSchema, given);
  for (const teacher of Object.keys(given))
    if (!(names as readonly string[]).includes(teacher))
      throw new RangeError(
        `teach.${teacher}: does not teach here, allowed ${names.join(', ')} (--teacher)`,
      );
  return given;
}

/** Options that are short for a setting of the override teacher. */
interface OverrideShortcuts {
  readonly rule?: TakeoverRule | undefined;
  readonly takeoverSeconds?: number | undefined;
  /** The option that gave `rule`. */
  readonly ruleOption?: string;
}

/**
 * The override teacher's settings with the shortcuts `--takeover-rule` and `--takeover-seconds` in them.
 * @throws RangeError when a shortcut and the setting it is short for are both given.
 */
export function overrideSettings(
  { rule, takeoverSeconds, ruleOption = '--takeover-rule' }: OverrideShortcuts,
  given: TeacherSettings['override'] = {},
): Partial<OverrideTeacherConfig> {
  const refuse = (option: string, name: keyof OverrideTeacherConfig) => {
    if (given[name] !== undefined)
      throw new RangeError(
        `teach.override.${name}: is set by ${option} too, allowed only one of the two`,
      );
  };
  if (rule !== undefined) refuse(ruleOption, 'rule');
  if (takeoverSeconds !== undefined) refuse('--takeover-seconds', 'minSeconds');
  return {
    ...(rule === undefined ? {} : { rule }),
    ...(takeoverSeconds === undefined ? {} : { minSeconds: takeoverSeconds }),
    ...given,
  };
}
