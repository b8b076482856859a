/** Where stored episodes come from: a server (served-episodes.ts), or a recorded session. */
import type { SessionEvent } from '../../server/protocol/index.ts';

export interface EpisodeRow {
  readonly id: string;
  readonly seed: number;
  readonly length: number;
  readonly end: string;
  readonly endReason?: string;
  readonly live: boolean;
  /** ms since epoch. */
  readonly startedAt: number;
  readonly humanSteps: number;
  readonly summary: Readonly<Record<string, number>>;
}

/** Columns of steps [from, to). */
export interface EpisodeSteps {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly actions: readonly (readonly number[])[];
  readonly policyActions: readonly (readonly number[])[];
  /** 0: the policy acted. */
  readonly sources: readonly number[];
  readonly policyVersions: readonly number[];
  readonly rewards: readonly number[];
  readonly costs: readonly number[];
}

export type Sort = 'startedAt' | 'seed' | 'length' | 'return' | 'cost' | 'humanSteps';

export interface ListRequest {
  readonly sort: Sort;
  readonly order: 'asc' | 'desc';
  /** undefined: any. */
  readonly live: boolean | undefined;
  readonly human: boolean | undefined;
  readonly endReason: string | undefined;
  readonly page: number;
}

export const PAGE_SIZE = 25;

export interface EpisodePage {
  readonly rows: readonly EpisodeRow[];
  /** Of all pages. */
  readonly total: number;
}

/** All throw in words that a person can read. */
export interface EpisodeSource {
  list(request: ListRequest): Promise<EpisodePage>;
  find(id: string): Promise<EpisodeRow>;
  /** All steps, in order. */
  steps(id: string): Promise<EpisodeSteps[]>;
  /** What people said of it, as far as it is told. */
  events(id: string): Promise<readonly SessionEvent[]>;
}
