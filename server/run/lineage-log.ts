/** Notes which policy has learned from which feedback; what a full disk refuses waits for the next policy. */
import type { LearnerReport } from '../learner/handle.ts';
import type { Storage } from '../storage/contract.ts';
import type { Published } from '../storage/lineage-contract.ts';
import type { DiskTroubles } from './disk-troubles.ts';

export interface LineageLogOptions {
  readonly runId: string;
  readonly storage: Pick<Storage, 'notePublished'>;
  readonly troubles: Pick<DiskTroubles, 'failed' | 'written'>;
}

export class LineageLog {
  readonly #options: LineageLogOptions;
  readonly #waiting: Published[] = [];
  #work: Promise<void> = Promise.resolve();
  #isFirst = true;

  constructor(options: LineageLogOptions) {
    this.#options = options;
  }

  /** Another thread goes on from the last checkpoint: what came after that is not in its policies. */
  started(): void {
    this.#isFirst = true;
  }

  published(
    {
      snapshot,
      appliedFeedback,
      unusedFeedback,
      excluded,
      rejected,
    }: Extract<LearnerReport, { type: 'published' }>,
    time: number,
  ): void {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const isNews = isFirst || excluded || appliedFeedback.length + unusedFeedback.length > 0;
    if (!isNews) return;
    this.#waiting.push({
      version: snapshot.version,
      applied: appliedFeedback,
      unused: unusedFeedback,
      ...(excluded ? { excluded, rejected: rejected ?? [] } : {}),
      ...{ isFirst, time },
    });
    this.#work = this.#work.then(() => this.#write());
  }

  /** All of it is written, or could not be. */
  get settled(): Promise<void> {
    return this.#work;
  }

  async #write(): Promise<void> {
    const { runId, storage, troubles } = this.#options;
    try {
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
        await storage.notePublished(runId, next);
        this.#waiting.shift();
      }
      troubles.written('what policies have learned from');
    } catch (error) {
      troubles.failed('what policies have learned from', error as Error);
    }
  }
}
