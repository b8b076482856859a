/** Models that were proposed and promoted. */
import type { ModelReply } from '../../server/protocol/index.ts';
import { get, post } from '../core/http.ts';

export type Decision = 'approve' | 'withdraw' | 'rollback';

export async function readModels(): Promise<ModelReply[]> {
  return (await get('api/models')).json() as Promise<ModelReply[]>;
}

export async function propose(): Promise<ModelReply> {
  return (await post('api/models', {})).json() as Promise<ModelReply>;
}

export async function decideModel(id: string, decision: Decision): Promise<void> {
  await post(`api/models/${encodeURIComponent(id)}`, { decision });
}
