/** Replies about runs, trainings, and what both are made of. */
import { z } from 'zod';
import type { Feedback } from '../../../agent/contract.ts';
import type { Forms } from '../../forms/contract.ts';
import {
  type BegunRun,
  feedbackSchema,
  type MetricsPoint,
  type OpenRunList,
  type OpenRunRow,
  type Training,
  type TrainingList,
  type TrainingWanted,
} from '../../protocol/index.ts';
import type { Run } from '../../storage/contract.ts';
import { segment } from './episodes.ts';
import {
  anything,
  byName,
  integer,
  list,
  number,
  object,
  oneOf,
  orNull,
  type Schema,
  text,
  time,
  yesNo,
} from './parts.ts';

export const point = object<MetricsPoint>({
  ...{ time, environmentSteps: integer, learnerUpdates: integer, values: byName(number) },
});
export const points = list(point, 'Oldest first; `values` by name');
export const newestPoint = object<{ point: MetricsPoint | null }>(
  { point: orNull(point) },
  { description: 'null: none yet' },
);

const about: { readonly [K in keyof Run]-?: Schema } = {
  ...{ id: text, environmentId: text, preset: text, seed: integer, configHash: text },
  ...{ createdAt: time, engine: text, name: text, notes: text, places: byName(text) },
  identity: object<NonNullable<Run['identity']>>(
    {
      ...{
        environment: text,
        options: byName(anything),
        preset: text,
        overrides: byName(anything),
      },
      files: list(object<{ name: string; hash: string }>({ name: text, hash: text })),
      policy: object<{ name: string; hash: string }>({ name: text, hash: text }),
    },
    { optional: ['policy'] },
  ),
};
const maybe = ['engine', 'name', 'notes', 'identity', 'places'] as const;
export const run = object<Run>(about, { optional: maybe });

interface Row extends Run {
  readonly key: string;
  readonly isServed: boolean;
  readonly answers: number;
  readonly last: MetricsPoint | null;
  readonly folder?: string;
}
export const runs = list(
  object<Row>(
    {
      ...{ ...about, key: text, isServed: yesNo, answers: integer, last: orNull(point) },
      folder: text,
    },
    { optional: [...maybe, 'folder'] },
  ),
  '`key`: its name in other addresses; `folder`: of those that are only looked into',
);

const wanted = object<TrainingWanted>({
  ...{ environment: text, preset: text, teacher: text, steps: integer, labels: integer },
  ...{ seed: integer, settings: byName(text) },
});
export const training = object<Training>(
  {
    ...{ name: text, wanted, startedAt: time, branchOf: text, said: text },
    state: oneOf(['running', 'stopping', 'stopped', 'done', 'failed']),
  },
  { optional: ['branchOf', 'said'], description: '`said`: why it failed' },
);
export const trainings = object<TrainingList>(
  { most: integer, trainings: list(training) },
  { description: '`most`: as many may run at once' },
);

const openRun = object<OpenRunRow>({
  ...{ id: text, isFirst: yesNo, address: text, state: oneOf(['opening', 'open', 'stopping']) },
});
export const openRuns = object<OpenRunList>(
  { most: integer, runs: list(openRun) },
  {
    description:
      '`most`: as many may be open beside the first; `address`: of its page, relative to where this was asked',
  },
);

const settings: Schema = { type: 'object', description: 'JSON Schema of what can be set' };
type Part = Forms['presets'][number]['parts'][number];
export const forms = object<Forms>({
  environments: list(
    object<Forms['environments'][number]>({
      ...{ id: text, title: text, description: text, options: settings, pathOptions: list(text) },
    }),
  ),
  presets: list(
    object<Forms['presets'][number]>({
      ...{ id: text, title: text, paper: text, description: text },
      parts: list(object<Part>({ name: text, doc: text, schema: settings })),
    }),
  ),
});

type Json = { readonly properties: Readonly<Record<string, Schema>>; readonly required: string[] };
/** What the server adds to what a client sends. */
const added = { sequence: integer, receivedAt: time };
const given = feedbackSchema.options.map((option) => {
  const { properties, required } = z.toJSONSchema(option, { io: 'input' }) as unknown as Json;
  const fields = { ...added, ...properties };
  return { type: 'object', required: [...Object.keys(added), ...required], properties: fields };
});
/** What the server itself writes: what would have happened without a takeover. */
type Counterfactual = Extract<Feedback, { kind: 'counterfactual' }> & { sequence: number };
const counterfactual = object<Counterfactual>(
  {
    ...{ ...added, id: text, runId: text, teacherId: text, queryId: text, lease: integer },
    ...{ shownAt: time, answeredAt: time, responseMs: number, kind: { const: 'counterfactual' } },
    ...{ episodeId: text, from: integer, to: integer, overrideId: text, counterfactual: segment },
    predictions: list(segment),
  },
  { optional: ['queryId', 'lease', 'predictions'] },
);
export const feedback: Schema = list(
  { oneOf: [...given, counterfactual] },
  'As it was said; a retraction takes another one back, and both stay',
);
export const begun = object<BegunRun>(
  { id: text, address: text },
  { description: '`address`: of its page, from the one that asked' },
);
