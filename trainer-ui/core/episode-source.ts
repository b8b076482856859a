/** Where stored episodes come from: a server (served-episodes.ts), or a recorded session. */
import type {
  EpisodeReply,
  OverlayRows,
  SessionEvent,
  StepColumns,
} from '../../server/protocol/index.ts';

/** Steps [from, to). */
export interface EpisodeSteps extends StepColumns {
  readonly from: number;
  readonly to: number;
  readonly length: number;
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
  readonly rows: readonly EpisodeReply[];
  /** Of all pages. */
  readonly total: number;
}

/** All throw in words that a person can read. */
export interface EpisodeSource {
  list(request: ListRequest): Promise<EpisodePage>;
  find(id: string): Promise<EpisodeReply>;
  /** All steps, in order. */
  steps(id: string): Promise<EpisodeSteps[]>;
  /** What overlays show at rows [from, to), as many of them as are sent at once. */
  overlays(id: string, from: number, to: number): Promise<OverlayRows>;
  /** What people said of it, as far as it is told. */
  events(id: string): Promise<readonly SessionEvent[]>;
}
