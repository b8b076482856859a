/** Campaigns: what people are asked for a while, on what terms, and what has come of it. */
import { z } from 'zod';
import type { CLIP_SOURCES, QUERY_STRATEGIES, QUESTION_KINDS } from '../../agent/queries/config.ts';

export const CAMPAIGN_PURPOSES = ['pilot', 'calibration', 'production'] as const;
export const CAMPAIGN_QUESTIONS = [
  'compare',
  'rank',
  'rate',
] as const satisfies typeof QUESTION_KINDS;
export const CAMPAIGN_STRATEGIES = [
  'uniform',
  'disagreement',
  'entropy',
  'k-centre',
  'information',
  'near-on-policy',
  'easy-first',
  'per-second',
] as const satisfies typeof QUERY_STRATEGIES;
export const CAMPAIGN_SOURCES = [
  'all',
  'driven',
  'alone',
  'solved',
  'failed',
] as const satisfies typeof CLIP_SOURCES;
export const BUDGET_UNITS = ['answers', 'hours', 'money'] as const;
/** `running` and `paused` come after `draft` in any order; `ended` is for good. */
export const CAMPAIGN_STATES = ['draft', 'running', 'paused', 'ended'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];
/** Why it ended: its budget is spent, its day came, the reward model is as good as was wanted, or somebody ended it. */
export const CAMPAIGN_ENDS = ['budget', 'deadline', 'accuracy', 'person'] as const;
export type CampaignEnd = (typeof CAMPAIGN_ENDS)[number];

/** Markdown; letters. */
const MOST_INSTRUCTIONS = 16_000;

const terms = {
  name: z.string().trim().min(1).max(80),
  purpose: z
    .enum(CAMPAIGN_PURPOSES)
    .default('pilot')
    .describe('production: only once a calibration with the same kind of question has ended'),
  kind: z.enum(CAMPAIGN_QUESTIONS).default('compare').describe('what people are asked to do'),
  strategy: z
    .enum(CAMPAIGN_STRATEGIES)
    .nullable()
    .default(null)
    .describe('which clips are asked about; null: as the run’s preset chooses'),
  pool: z
    .number()
    .int()
    .min(2)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('clips are taken from so many of the newest episodes; null: as the preset does'),
  source: z
    .enum(CAMPAIGN_SOURCES)
    .default('all')
    .describe('episodes that clips are taken from: a person drove, nobody did, solved, not solved'),
  people: z.number().int().min(1).max(10).default(1).describe('who are asked each question'),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('of the questions that so many are asked; the others go to one'),
  most: z
    .number()
    .gt(0)
    .max(1)
    .nullable()
    .default(null)
    .describe('of the answers that one person may give; null: any share'),
  budget: z
    .strictObject({ unit: z.enum(BUDGET_UNITS), most: z.number().gt(0).max(1e9) })
    .nullable()
    .default(null)
    .describe('of people’s work; null: until somebody ends it'),
  rate: z
    .number()
    .gt(0)
    .max(1e6)
    .nullable()
    .default(null)
    .describe('price of an hour of work, in any currency'),
  until: z.number().nullable().default(null).describe('it ends then, ms since epoch'),
  accuracy: z
    .number()
    .gt(0.5)
    .max(1)
    .nullable()
    .default(null)
    .describe('it ends once the reward model is right in this share of 30 held-out comparisons'),
};

/** What a campaign is, but for its instructions. */
export const campaignTermsSchema = z
  .strictObject(terms)
  .refine(({ budget, rate }) => budget?.unit !== 'money' || rate !== null, {
    path: ['rate'],
    message: 'is null, a budget of money needs the price of an hour',
  })
  .refine(({ purpose, people, share }) => purpose !== 'calibration' || people * share >= 2, {
    path: ['people'],
    message: 'a calibration asks two people or more, allowed 2 to 10 with share 1',
  });
export type CampaignTerms = z.infer<typeof campaignTermsSchema>;

/** What each term means. */
export const CAMPAIGN_TERMS = Object.fromEntries(
  Object.entries(terms).map(([name, { description }]) => [name, description ?? 'as people see it']),
) as Readonly<Record<keyof CampaignTerms, string>>;

export const instructionsSchema = z.string().trim().min(1).max(MOST_INSTRUCTIONS);

/** What people have done for a campaign so far. */
export interface CampaignProgress {
  /** That count now. */
  readonly answers: number;
  /** Questions with an answer that counts, and those that two people or more have answered. */
  readonly questions: number;
  readonly shared: number;
  readonly people: number;
  /** Of whoever gave most. */
  readonly largest: number;
  /** Active time, and what it costs at the campaign's rate; null: an hour has no price. */
  readonly hours: number;
  readonly spend: number | null;
  /** Of the budget, 0 to 1; null: there is none. */
  readonly done: number | null;
}

/** As those who look after it are told. */
export interface CampaignReply {
  readonly id: string;
  readonly terms: CampaignTerms;
  /** Markdown, its SHA-256, and which version of the campaign's instructions it is, from 1. */
  readonly instructions: string;
  readonly textHash: string;
  readonly version: number;
  readonly state: CampaignState;
  /** null: it has not ended. */
  readonly endedWhy: CampaignEnd | null;
  /** Name, where they have an account. */
  readonly createdBy: string;
  /** ms since epoch. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly progress: CampaignProgress;
}

/** As those who are asked are told. */
export const wireCampaignSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(CAMPAIGN_QUESTIONS),
  state: z.enum(CAMPAIGN_STATES),
  endedWhy: z.enum(CAMPAIGN_ENDS).nullable(),
  instructions: z.string().describe('Markdown.'),
  textHash: z.string(),
  isOpened: z
    .boolean()
    .describe('This person has opened this version of them: without it they are given nothing.'),
  isAtMost: z
    .boolean()
    .describe(
      'This person has given as many of its answers as one may: they are asked no more until others have answered.',
    ),
});
export type WireCampaign = z.infer<typeof wireCampaignSchema>;
