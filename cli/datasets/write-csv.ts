/** The same tables as text (RFC 4180), with one column per number of a list. */
import type { BoxSpace } from '../../sim/contract.ts';
import type { Cells, Fields } from './parquet-file.ts';
import { namesOf } from './source.ts';
import { EPISODES, episodeCells, FEEDBACK, feedbackCells, STEPS, stepCells } from './tables.ts';
import type { Writer } from './writer.ts';

const { poses: _, ...COLUMNS } = STEPS; // 7 numbers per body and step: in Parquet

/** steps.csv, episodes.csv and feedback.csv. Numbers are exact; what is missing is an empty field. */
export const writeCsv: Writer = ({ folder, source }) => {
  const { spec } = source;
  const lists = {
    observation: namesOf(spec.observationSpace),
    action: namesOf(spec.actionSpace),
    policy_action: namesOf(spec.actionSpace),
    position: ['x', 'y', 'z'],
  };
  const open = (name: string, fields: Fields) => {
    const file = folder.open(name);
    file.write(Buffer.from(line(header(fields, lists))));
    return {
      write: (cells: Cells) => file.write(Buffer.from(linesOf(fields, cells, lists))),
      finish: () => file.finish(),
    };
  };
  const steps = open('steps.csv', COLUMNS);
  const episodes = open('episodes.csv', EPISODES);
  return {
    add(annotated, index) {
      steps.write(stepCells(annotated, index, spec.controlDt));
      episodes.write(episodeCells(annotated, index));
    },
    finish() {
      steps.finish();
      episodes.finish();
      const feedback = open('feedback.csv', FEEDBACK);
      feedback.write(feedbackCells(source));
      feedback.finish();
    },
  };
};

type Lists = Readonly<Record<string, BoxSpace['names'] & {}>>;

function header(fields: Fields, lists: Lists): string[] {
  return Object.keys(fields).flatMap(
    (name) => lists[name]?.map((part) => `${name}_${part}`) ?? [name],
  );
}

function linesOf(fields: Fields, cells: Cells, lists: Lists): string {
  const names = Object.keys(fields);
  return cells[names[0]!]!.map((_, i) =>
    line(
      names.flatMap((name) => {
        const value = cells[name]![i];
        const parts = lists[name];
        if (!parts) return [value];
        return parts.map((_, j) => (value as readonly number[] | null)?.[j]);
      }),
    ),
  ).join('');
}

function line(values: readonly unknown[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
