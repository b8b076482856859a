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
import { type ConfigSchema, parseConfig } from '../../sim/config.ts';
import type { TeacherName } from './names.ts';

export interface TeacherSettings {
  readonly preference?: Partial<PreferenceTeacherConfig>;
  readonly scalar?: Partial<ScalarTeacherConfig>;
  readonly override?: Partial<OverrideTeacherConfig>;
}

/** As they are given: by teacher and field, unchecked. */
export type GivenTeach = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const teacherSchemas = {
  preference: preferenceTeacherSchema,
  scalar: scalarTeacherSchema,
  override: overrideTeacherSchema,
} as const satisfies Record<keyof TeacherSettings, ConfigSchema>;

/**
 * @param names who teaches: settings of anybody else would change nothing.
 * @throws RangeError naming the field, its value and what is allowed.
 */
export function checkTeacherSettings(
  given: GivenTeach,
  names: readonly TeacherName[],
): TeacherSettings {
  for (const [teacher, fields] of Object.entries(given)) {
    if (!Object.hasOwn(teacherSchemas, teacher))
      throw new RangeError(
        `teach.${teacher}: unknown, allowed ${Object.keys(teacherSchemas).join(', ')}`,
      );
    if (!(names as readonly string[]).includes(teacher))
      throw new RangeError(
        `teach.${teacher}: does not teach here, allowed ${names.join(', ')} (--teacher)`,
      );
    parseConfig(`teach.${teacher}`, teacherSchemas[teacher as keyof TeacherSettings], fields);
  }
  return given;
}

/** Options that are short for a setting of the override teacher. */
interface OverrideShortcuts {
  readonly rule?: TakeoverRule | undefined;
  readonly takeoverSeconds?: number | undefined;
}

/**
 * The override teacher's settings with the shortcuts `--takeover-rule` and `--takeover-seconds` in them.
 * @throws RangeError when a shortcut and the setting it is short for are both given.
 */
export function overrideSettings(
  { rule, takeoverSeconds }: OverrideShortcuts,
  given: TeacherSettings['override'] = {},
): Partial<OverrideTeacherConfig> {
  const refuse = (option: string, name: keyof OverrideTeacherConfig) => {
    if (given[name] !== undefined)
      throw new RangeError(
        `teach.override.${name}: is set by ${option} too, allowed only one of the two`,
      );
  };
  if (rule !== undefined) refuse('--takeover-rule', 'rule');
  if (takeoverSeconds !== undefined) refuse('--takeover-seconds', 'minSeconds');
  return {
    ...(rule === undefined ? {} : { rule }),
    ...(takeoverSeconds === undefined ? {} : { minSeconds: takeoverSeconds }),
    ...given,
  };
}
