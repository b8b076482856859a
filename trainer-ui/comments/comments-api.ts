/** What people wrote about stretches of episodes. Each answers with all that is written about the episode then. */
import type { CommentReply } from '../../server/protocol/index.ts';
import { get, post } from '../core/http.ts';
import type { NewComment } from './threads.ts';

const about = (episodeId: string) => `api/episodes/${encodeURIComponent(episodeId)}/comments`;

export async function readComments(episodeId: string): Promise<CommentReply[]> {
  return (await get(about(episodeId))).json() as Promise<CommentReply[]>;
}

export async function writeComment(
  episodeId: string,
  comment: NewComment,
): Promise<CommentReply[]> {
  return (await post(about(episodeId), comment)).json() as Promise<CommentReply[]>;
}

export async function resolveThread(id: string, isResolved: boolean): Promise<CommentReply[]> {
  const reply = await post(`api/comments/${encodeURIComponent(id)}`, { isResolved });
  return reply.json() as Promise<CommentReply[]>;
}
