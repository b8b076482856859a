/** Replies about episodes and what people make of them. */

import type { Condition } from '../../../agent/activation/contract.ts';
import { type Segment, SOURCE_CODE } from '../../../agent/contract.ts';
import {
  ASK_LEAVES,
  ASK_OUTCOMES,
  type AskReply,
  type BehaviourMap,
  type Place,
  type RecordingReply,
  type StepColumns,
} from '../../protocol/index.ts';
import type { ControlSpan } from '../../run/control-timeline.ts';
import type { PracticePair } from '../../run/practice.ts';
import type { EpisodeRow } from '../../storage/contract.ts';
import {
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

export const segment = object<Segment>(
  { episodeId: text, from: integer, to: integer },
  { description: 'steps [from, to)' },
);

export const episode = object<EpisodeRow>(
  {
    ...{ id: text, runId: text, seed: integer, length: integer, end: text, endReason: text },
    ...{
      live: yesNo,
      recording: yesNo,
      startedAt: time,
      humanSteps: integer,
      summary: byName(number),
    },
  },
  { optional: ['endReason', 'recording'], description: '`summary`: return, cost, success, …' },
);

export const episodes = list(episode, 'One page');

const rows = list(list(number));
interface Steps extends StepColumns {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly observations?: readonly (readonly number[])[];
}
export const steps = object<Steps>(
  {
    ...{ from: integer, to: integer, length: integer, actions: rows, policyActions: rows },
    sources: {
      ...list(integer),
      description:
        'who held control, 0: the policy; 1: a person; 2: a person, who shared the action with the policy; 3: the policy, fading in after a person; 4: nobody, it was stopped or braked',
    },
    ...{ policyVersions: list(integer), rewards: list(number), costs: list(number) },
    observations: rows,
  },
  { optional: ['observations'], description: 'A column each; `length`: of the whole episode' },
);

const controlSpan = object<ControlSpan & { readonly name: string | null }>({
  ...{ from: integer, to: integer, source: oneOf(Object.keys(SOURCE_CODE)) },
  teacherId: { ...orNull(text), description: 'null: nobody drove, or it was never logged' },
  ...{ name: orNull(text), feedbackId: orNull(text) },
  policyVersions: { ...list(integer), description: 'of the first step and of the last' },
  counterfactual: orNull(segment),
});
export const control = list(controlSpan, 'Steps [from, to), from the first step to the last');

const condition = object<Condition>(
  {
    ...{ leaf: oneOf(ASK_LEAVES), value: orNull(number), threshold: number, isMet: orNull(yesNo) },
  },
  { description: 'null: not known' },
);
export const asks = list(
  object<AskReply>({
    id: { ...text, description: 'of an approval: also that of the feedback with its answer' },
    step: { ...integer, description: 'before which it was asked' },
    ...{ kind: oneOf(['help', 'approval']), fallback: oneOf(['drives-on', 'brakes']) },
    conditions: list(condition),
    ...{ at: number, endedAt: orNull(number) },
    outcome: {
      ...orNull(oneOf(ASK_OUTCOMES)),
      description: 'null: it goes on, or the server ended meanwhile',
    },
  }),
  'In the order of their steps',
);

interface Mark extends Omit<Segment, 'episodeId'> {
  readonly id: string;
  readonly value: number;
  readonly tag?: string | undefined;
}
export const marks = list(
  object<Mark>(
    { id: text, from: integer, to: integer, value: number, tag: text },
    { optional: ['tag'] },
  ),
  '`value` from −1, bad, to 1, good',
);

export const moment = object<{ readonly episodeId: string; readonly step: number }>({
  episodeId: text,
  step: integer,
});
export const recording = object<RecordingReply>(
  { isRecording: yesNo, branchOf: orNull(moment), feedbackId: orNull(text) },
  {
    description:
      '`branchOf`: where it began, null: with a new episode; `feedbackId`: the demonstration or correction that I kept it as',
  },
);

export const practice: Schema = list(
  object<PracticePair>({ a: segment, b: segment, better: oneOf(['a', 'b']) }),
);

export const behaviour = object<BehaviourMap>(
  {
    places: list(
      object<Place>({ segment, x: number, y: number, reward: number, learned: orNull(number) }),
    ),
    explained: number,
  },
  { description: '`explained`: share of the variance that the two directions have' },
);
