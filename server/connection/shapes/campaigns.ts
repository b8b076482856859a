/** Replies about campaigns and the datasets of what was answered in them. */
import { z } from 'zod';
import {
  CAMPAIGN_ENDS,
  CAMPAIGN_STATES,
  type CampaignProgress,
  type CampaignReply,
  campaignTermsSchema,
  type DatasetPerson,
  type DatasetReply,
  type Datasheet,
  LEFT_OUT,
  type LeftOut,
} from '../../protocol/index.ts';
import { integer, list, number, object, oneOf, orNull, type Schema, text, time } from './parts.ts';

const { $schema: _, ...terms } = z.toJSONSchema(campaignTermsSchema, { io: 'input' }) as Schema;

const progress = object<CampaignProgress>({
  ...{ answers: integer, questions: integer, shared: integer, people: integer, hours: number },
  largest: integer,
  ...{ spend: orNull(number), done: orNull(number) },
});
export const campaign = object<CampaignReply>(
  {
    ...{ id: text, terms, instructions: text, textHash: text, version: integer, progress },
    ...{ state: oneOf(CAMPAIGN_STATES), endedWhy: { enum: [...CAMPAIGN_ENDS, null] } },
    ...{ createdBy: text, createdAt: time, startedAt: orNull(time), endedAt: orNull(time) },
  },
  { description: '`version`: of the instructions; `done`: of the budget, 0 to 1' },
);
export const campaigns = list(campaign, 'Newest first');

const known = object<DatasetPerson['known']>({ n: integer, right: integer });
const person = object<DatasetPerson>({
  ...{ teacherId: text, answers: integer, known, accuracy: orNull(number) },
});
const interval = object<NonNullable<Datasheet['interval']>>({ low: number, high: number });
const leftOut = Object.fromEntries<Schema>(
  Object.entries(LEFT_OUT).map(([name, description]) => [name, { type: 'integer', description }]),
) as Record<LeftOut, Schema>;
const sheet = object<Datasheet>({
  format: { const: 'reins-dataset-1' },
  run: object<Datasheet['run']>({
    ...{ id: text, environmentId: text, preset: text, seed: integer, configHash: text },
  }),
  campaign: object<Datasheet['campaign']>({
    ...{ id: text, terms, textHash: text, version: integer },
    ...{ startedAt: orNull(time), endedAt: orNull(time) },
  }),
  ...{ parent: orNull(text), answers: integer, questions: integer, shared: integer },
  ...{ disputed: integer, alpha: orNull(number), interval: orNull(interval) },
  ...{ people: list(person), leftOut: object<Record<LeftOut, number>>(leftOut) },
  ...{ hours: number, spend: orNull(number), hash: text },
});
export const dataset = object<DatasetReply>(
  { id: text, campaignId: text, version: integer, sheet, madeBy: text, madeAt: time },
  { description: '`hash`: SHA-256 of the answers, a line each' },
);
export const datasets = list(dataset, 'Newest first');
