/** Changes of the synthetic teachers' character: `--teach preference.delay=5`. */

import { checkFields } from '../../agent/check-fields.ts';
import {
  type OverrideTeacherConfig,
  overrideTeacherDefaults,
} from '../../agent/teachers/override.ts';
import {
  type PreferenceTeacherConfig,
  preferenceTeacherDefaults,
} from '../../agent/teachers/preference.ts';
import { type ScalarTeacherConfig, scalarTeacherDefaults } from '../../agent/teachers/scalar.ts';
import type { TeacherName } from './names.ts';

export interface TeacherSettings {
  readonly preference?: Partial<PreferenceTeacherConfig>;
  readonly scalar?: Partial<ScalarTeacherConfig>;
  readonly override?: Partial<OverrideTeacherConfig>;
}

const defaults = {
  preference: preferenceTeacherDefaults,
  scalar: scalarTeacherDefaults,
  override: overrideTeacherDefaults,
} as const satisfies Record<keyof TeacherSettings, object>;

/**
 * @param names who teaches: settings of anybody else would change nothing.
 * @throws RangeError naming the field and what is allowed; ranges are checked by the teachers.
 */
export function checkTeacherSettings(
  given: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  names: readonly TeacherName[],
): TeacherSettings {
  for (const [teacher, fields] of Object.entries(given)) {
    if (!(teacher in defaults))
      throw new RangeError(
        `teach.${teacher}: unknown, allowed ${Object.keys(defaults).join(', ')}`,
      );
    if (!(names as readonly string[]).includes(teacher))
      throw new RangeError(
        `teach.${teacher}: does not teach here, allowed ${names.join(', ')} (--teacher)`,
      );
    checkFields(`teach.${teacher}`, fields, defaults[teacher as keyof TeacherSettings]);
  }
  return given;
}
