/** A query as its table has it. */
import type { StoredQuery } from './contract.ts';
import type { Tables } from './schema.ts';

export function queryRow(query: StoredQuery): Tables['query'] {
  const { id, runId, campaignId = null } = query;
  return { id, runId, campaignId, body: JSON.stringify(query) };
}
