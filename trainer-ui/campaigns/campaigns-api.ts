/** Campaigns over HTTP. */
import type { CampaignReply } from '../../server/protocol/index.ts';
import { get, post } from '../core/http.ts';

export type Decision = 'start' | 'pause' | 'end' | 'delete';

export async function readCampaigns(): Promise<CampaignReply[]> {
  return (await get('api/campaigns')).json() as Promise<CampaignReply[]>;
}

export async function draftCampaign(body: {
  readonly terms: object;
  readonly instructions?: string;
}): Promise<void> {
  await post('api/campaigns', body);
}

export async function changeInstructions(id: string, instructions: string): Promise<void> {
  await post(`api/campaigns/${encodeURIComponent(id)}/terms`, { instructions });
}

export async function decideCampaign(id: string, decision: Decision): Promise<void> {
  await post(`api/campaigns/${encodeURIComponent(id)}`, { decision });
}
