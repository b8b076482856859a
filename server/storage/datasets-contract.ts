/** Versions of what people answered in a campaign. */
import type { Datasheet } from '../protocol/index.ts';

export interface DatasetRecord {
  readonly id: string;
  readonly runId: string;
  readonly campaignId: string;
  /** Of the campaign, from 1. */
  readonly version: number;
  readonly sheet: Datasheet;
  /** Ids of its answers, in the order of the log. */
  readonly feedback: readonly string[];
  /** Pseudonym. */
  readonly madeBy: string;
  /** ms since epoch. */
  readonly madeAt: number;
}

/** Never changed but by an erasure, which puts a keyed hash in the place of its person's id. */
export interface DatasetStorage {
  /**
   * In the audit log too, by the hash of its sheet, in one transaction.
   * @throws Error where the campaign has that version already
   */
  putDataset(dataset: DatasetRecord): Promise<void>;
  /** Oldest first. */
  listDatasets(runId: string): Promise<DatasetRecord[]>;
}
