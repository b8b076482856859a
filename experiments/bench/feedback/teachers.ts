/** The teachers of `bench feedback`: B-Pref's teachers, live rewards, and operators that take over. */
import {
  type OperatorCharacter,
  operatorCharacters,
  TAKEOVER_RULES,
  type TakeoverRule,
} from '../../../agent/teachers/override.ts';
import {
  type PreferenceTeacherName,
  preferenceTeachers,
} from '../../../agent/teachers/preference.ts';
import type { TeacherName } from '../../train/names.ts';
import {
  checkTeacherSettings,
  type GivenTeach,
  overrideSettings,
} from '../../train/teacher-settings.ts';

const ANNOTATORS = Object.keys(preferenceTeachers) as PreferenceTeacherName[];

const CHARACTERS = Object.keys(operatorCharacters) as OperatorCharacter[];

/** `mistake-30`: 30 % of the answers turned round. */
export type BenchTeacher =
  | PreferenceTeacherName
  | 'mistake-30'
  | 'scalar'
  | TakeoverRule
  | OperatorCharacter;
export const BENCH_TEACHERS: readonly BenchTeacher[] = [
  ...ANNOTATORS,
  'mistake-30',
  'scalar',
  ...TAKEOVER_RULES,
  ...CHARACTERS,
];

export type TeacherKind = 'preference' | 'scalar' | 'override';

export function kindOf(teacher: BenchTeacher): TeacherKind {
  if (teacher === 'scalar') return 'scalar';
  const operators: readonly string[] = [...TAKEOVER_RULES, ...CHARACTERS];
  return operators.includes(teacher) ? 'override' : 'preference';
}

/** Changes of the teachers' character by kind, as `train --teach`: `{preference: {delay: 5}}`. */
export type Teach = GivenTeach;

/** @throws RangeError for what no teacher of the grid is, no such teacher can be, or something else sets. */
export function checkTeach(
  teach: Teach,
  teachers: readonly BenchTeacher[],
  takeoverSeconds: number | undefined,
): void {
  const { override } = checkTeacherSettings(teach, [...new Set(teachers.map(kindOf))]);
  for (const teacher of teachers) {
    if (kindOf(teacher) !== 'override') continue;
    const { rule, teach: named } = namedTeacher(teacher);
    const settings = { ...named.override, ...override };
    overrideSettings({ rule, takeoverSeconds, ruleOption: '--teachers' }, settings);
  }
}

/** The same in the words of `train`. */
export interface TrainTeacher {
  readonly teachers: readonly TeacherName[];
  /** Only of who takes over. */
  readonly rule?: TakeoverRule;
  readonly annotator: PreferenceTeacherName;
  readonly teach: Teach;
}

/** `teach`: changes of its character, which come last. */
export function trainTeacher(teacher: BenchTeacher | 'none', teach: Teach = {}): TrainTeacher {
  const named = namedTeacher(teacher);
  if (teacher === 'none') return named;
  const kind = kindOf(teacher);
  return { ...named, teach: { [kind]: { ...named.teach[kind], ...teach[kind] } } };
}

function namedTeacher(teacher: BenchTeacher | 'none'): TrainTeacher {
  const base = { annotator: 'oracle', teach: {} } as const;
  if (teacher === 'none') return { ...base, teachers: ['none'] };
  if (teacher === 'scalar') return { ...base, teachers: ['scalar'] };
  if (teacher === 'mistake-30')
    return { ...base, teachers: ['preference'], teach: { preference: { mistake: 0.3 } } };
  const rule = TAKEOVER_RULES.find((name) => name === teacher);
  if (rule) return { ...base, teachers: ['override'], rule };
  const character = CHARACTERS.find((name) => name === teacher);
  if (character)
    return { ...base, teachers: ['override'], teach: { override: operatorCharacters[character] } };
  return {
    ...base,
    teachers: ['preference'],
    annotator: ANNOTATORS.find((name) => name === teacher) ?? 'oracle',
  };
}
