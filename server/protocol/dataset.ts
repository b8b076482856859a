/** A dataset: the answers of a campaign that count at one moment, as a version that never changes. */
import type { CampaignTerms } from './campaign.ts';

/** Why an answer of the campaign is not among those of a dataset. */
export const LEFT_OUT = {
  skipped: 'its person skipped the question',
  retracted: 'its person took it back',
  paused: 'answers of its person do not count',
  rejected: 'a supervisor rejected it, or put another in its place',
  known: 'the answer was known, or had been given before: it tells of its person',
  late: 'it came too late to count',
} as const;
export type LeftOut = keyof typeof LEFT_OUT;

/** Who answered, by pseudonym. */
export interface DatasetPerson {
  readonly teacherId: string;
  readonly answers: number;
  /** Questions of the campaign whose answer was known, and how many they had right. */
  readonly known: { readonly n: number; readonly right: number };
  /** By agreement with others (one-coin Dawid–Skene); null: they shared no question. */
  readonly accuracy: number | null;
}

/** What a dataset says of itself: everything in it follows from the log. */
export interface Datasheet {
  readonly format: 'reins-dataset-1';
  readonly run: {
    readonly id: string;
    readonly environmentId: string;
    readonly preset: string;
    readonly seed: number;
    readonly configHash: string;
  };
  readonly campaign: {
    readonly id: string;
    readonly terms: CampaignTerms;
    /** Of the instructions by then, by hash and version. */
    readonly textHash: string;
    readonly version: number;
    readonly startedAt: number | null;
    readonly endedAt: number | null;
  };
  /** The version before it; null: it is the first. */
  readonly parent: string | null;
  readonly answers: number;
  readonly questions: number;
  /** Questions with two answers or more, and how many of them are disputed. */
  readonly shared: number;
  readonly disputed: number;
  /** Krippendorff's nominal α with its 95 % interval; null: nothing to disagree about. */
  readonly alpha: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly people: readonly DatasetPerson[];
  readonly leftOut: Readonly<Record<LeftOut, number>>;
  /** Active time for the campaign by then, and its price; null: an hour has none. */
  readonly hours: number;
  readonly spend: number | null;
  /** SHA-256 of the answers: each as the log has it, a line each, in its order. */
  readonly hash: string;
}

export interface DatasetReply {
  readonly id: string;
  readonly campaignId: string;
  /** Of the campaign, from 1. */
  readonly version: number;
  readonly sheet: Datasheet;
  /** Name, where they have an account. */
  readonly madeBy: string;
  /** ms since epoch. */
  readonly madeAt: number;
}

/** `version 2: 48 answers by 3 people, α 0.71, 3f2c9a1e…`. */
export function datasetWords({ version, sheet }: Pick<DatasetReply, 'version' | 'sheet'>): string {
  const { answers, people, alpha, hash } = sheet;
  const who = people.length === 1 ? 'one person' : `${people.length} people`;
  const agreed = alpha === null ? '' : `, α ${alpha.toFixed(2)}`;
  return `version ${version}: ${answers} answers by ${who}${agreed}, ${hash.slice(0, 8)}…`;
}
