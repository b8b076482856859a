/** The queue's figures against those of the disk, which are counted there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueCounts } from '../contract.ts';
import type { Storage } from '../storage/contract.ts';

const TRIES = 25;
const AGAIN = 20;

/** What is being written just then makes them differ for a moment. */
export async function recount(
  storage: Pick<Storage, 'countAssignments'>,
  runId: string,
  counts: () => QueueCounts,
): Promise<{ readonly disk: QueueCounts; readonly isSame: boolean }> {
  for (let tries = 1; ; tries++) {
    const { leased: open, ...ended } = await storage.countAssignments(runId);
    const served = open + ended.answered + ended.skipped + ended.expired;
    const disk: QueueCounts = { served, ...ended, open };
    const isSame = Object.entries(counts()).every(([k, n]) => disk[k as 'open'] === n);
    if (isSame || tries === TRIES) return { disk, isSame };
    await sleep(AGAIN);
  }
}
