/** Settings as `--show` prints them: value, range, default and documentation. */
import { type ConfigSchema, type FieldRow, fieldRows } from '../../sim/config.ts';

export interface Setting extends FieldRow {
  readonly value: unknown;
  /** The value is not the default. */
  readonly changed: boolean;
}

/** @param resolved the same schema with the values in question as its defaults. */
export function settingsOf(plain: ConfigSchema, resolved: ConfigSchema): Setting[] {
  const values = new Map(fieldRows(resolved).map(({ name, fallback }) => [name, fallback]));
  return fieldRows(plain).map((row) => {
    const value = values.get(row.name);
    return { ...row, value, changed: JSON.stringify(value) !== JSON.stringify(row.fallback) };
  });
}

/** Value, range and default on one line, what it is on the next; `*`: not the default. */
export function settingsText(settings: readonly Setting[]): string {
  if (settings.length === 0) return 'nothing can be set';
  return settings.flatMap((setting) => [headOf(setting), `      ${setting.doc}`]).join('\n');
}

function headOf(setting: Setting): string {
  const { name, type, changed } = setting;
  const allowed = type === 'number' ? `number ${setting.allowed}` : setting.allowed;
  const fallback = changed ? `; default ${shown(setting, setting.fallback)}` : '';
  return `  ${changed ? '*' : ' '} ${name}: ${shown(setting, setting.value)} (${allowed}${fallback})`;
}

function shown({ type, required }: FieldRow, value: unknown): string {
  if (value === undefined) return required ? 'must be given' : 'absent';
  if (type === 'group') return 'as below';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
