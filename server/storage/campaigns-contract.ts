/** What people are asked for a while, on what terms. */
import type { CampaignEnd, CampaignState, CampaignTerms } from '../protocol/index.ts';
import type { Assignment } from './assignments-contract.ts';
import type { StudyText } from './subjects-contract.ts';

export interface CampaignRecord {
  readonly id: string;
  readonly runId: string;
  readonly terms: CampaignTerms;
  /** Of its instructions, and which version of them that is, from 1. */
  readonly textHash: string;
  readonly version: number;
  readonly state: CampaignState;
  readonly endedWhy: CampaignEnd | null;
  /** Pseudonym. */
  readonly createdBy: string;
  /** ms since epoch; null: not yet. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** Work on a question of a campaign: an answer in the log, whether it counts or not. */
export type CampaignAnswer = Pick<
  Assignment,
  'queryId' | 'teacherId' | 'state' | 'reason' | 'leasedAt' | 'endedAt' | 'verdict'
> & {
  readonly feedbackId: string;
  /** ms since epoch. */
  readonly receivedAt: number;
  readonly responseMs: number;
};

export interface CampaignTally {
  readonly teacherId: string;
  readonly answered: number;
  readonly leased: number;
}

/** Each change appends to the audit log in its own transaction: ids and hashes. `actor`: pseudonym; times in ms. */
export interface CampaignStorage {
  createCampaign(campaign: CampaignRecord, text: StudyText): Promise<void>;
  /** @returns whether it was there and had not ended */
  changeCampaign(
    id: string,
    change: Pick<CampaignRecord, 'terms' | 'version'>,
    text: StudyText,
    actor: string,
  ): Promise<boolean>;
  /** @returns whether it was a draft, which is no more */
  deleteCampaign(id: string, actor: string): Promise<boolean>;
  /**
   * @returns whether it could begin, or go on
   * @throws RangeError naming another one of the run that has begun and not ended
   */
  startCampaign(id: string, actor: string, at: number): Promise<boolean>;
  /** @returns whether it was running */
  pauseCampaign(id: string, actor: string): Promise<boolean>;
  /** @returns whether it had begun and not ended */
  endCampaign(id: string, why: CampaignEnd, actor: string, at: number): Promise<boolean>;
  /** Oldest first. */
  listCampaigns(runId: string): Promise<CampaignRecord[]>;
  /** Ids of the queries that were made for it. */
  queriesOf(campaignId: string): Promise<string[]>;
  /** By person: how many of its questions they have answered, so that it counts, or have now. */
  tallyOf(campaignId: string): Promise<CampaignTally[]>;
  /** In the order in which they came. */
  answersOf(campaignId: string): Promise<CampaignAnswer[]>;
}

/** The one that people are in now, or were in last: begun last; undefined: none ever began. */
export function currentOf<C extends Pick<CampaignRecord, 'startedAt'>>(
  campaigns: readonly C[],
): C | undefined {
  const begun = campaigns.filter(({ startedAt }) => startedAt !== null);
  return begun.sort((a, b) => a.startedAt! - b.startedAt!).at(-1);
}
