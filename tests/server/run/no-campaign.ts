/** A run in which no campaign ever began. */
import type { Overlap } from '../../../server/contract.ts';
import { RunningCampaign } from '../../../server/run/running-campaign.ts';

export function noCampaign(overlap: Overlap = { people: 1, share: 1 }): Promise<RunningCampaign> {
  const storage = { listCampaigns: async () => [] } as never;
  return RunningCampaign.open({ runId: 'r', overlap, storage, background: { run() {} } });
}
