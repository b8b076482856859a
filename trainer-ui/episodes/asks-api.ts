/** What people were asked in an episode, from the server. */
import type { AskReply } from '../../server/protocol/index.ts';
import { get } from '../core/http.ts';

export async function readAsks(episodeId: string): Promise<AskReply[]> {
  const reply = await get(`api/episodes/${encodeURIComponent(episodeId)}/asks`);
  return reply.json() as Promise<AskReply[]>;
}
