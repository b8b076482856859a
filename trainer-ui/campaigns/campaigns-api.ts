/** Campaigns over HTTP. */
import type { CampaignReply, DatasetReply } from '../../server/protocol/index.ts';
import { get, post } from '../core/http.ts';

export type Decision = 'start' | 'pause' | 'end' | 'delete';

export async function readCampaigns(): Promise<CampaignReply[]> {
  return (await get('api/campaigns')).json() as Promise<CampaignReply[]>;
}

export async function readDatasets(): Promise<DatasetReply[]> {
  return (await get('api/datasets')).json() as Promise<DatasetReply[]>;
}

export async function makeDataset(campaign: string): Promise<void> {
  await post('api/datasets', { campaign });
}

/** Below whatever path the page lies. */
export const answersAddress = (id: string): string =>
  `api/datasets/${encodeURIComponent(id)}/answers`;

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
