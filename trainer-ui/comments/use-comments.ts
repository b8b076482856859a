/** The comments of an episode, and writing more of them. */
import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useState } from 'react';
import type { CommentReply } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { newId } from '../core/client.ts';
import type { Stretch } from '../critique/stretch.ts';
import { readComments, resolveThread, writeComment } from './comments-api.ts';

export interface Comments {
  readonly comments: readonly CommentReply[];
  /** Why they could not be had. */
  readonly error: string | undefined;
  readonly mayWrite: boolean;
  /** Resolves with whether it is written: what was typed stays otherwise. */
  write(text: string, about: Stretch | { readonly replyTo: string }): Promise<boolean>;
  resolve(id: string, isResolved: boolean): Promise<boolean>;
}

const WRITE: readonly string[] = ['owner', 'supervisor', 'operator', 'annotator'];

export function useComments(episodeId: string): Comments {
  const client = useClient();
  const role = useApp((s) => s.welcome?.person?.role);
  const [comments, setComments] = useState<readonly CommentReply[]>([]);
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isOver = false;
    setComments([]);
    readComments(episodeId).then(
      (found) => !isOver && setComments(found),
      (e: Error) => !isOver && setError(e.message),
    );
    return () => {
      isOver = true;
    };
  }, [episodeId]);
  const tried = useCallback(async (work: () => Promise<CommentReply[]>) => {
    try {
      setComments(await work());
      return true;
    } catch (e) {
      notifications.show({ color: 'red', title: 'Refused', message: (e as Error).message });
      return false;
    }
  }, []);
  return {
    comments,
    error,
    mayWrite: role !== undefined && WRITE.includes(role),
    write: (text, about) =>
      tried(() =>
        writeComment(episodeId, { id: newId(), text, ...about, teacherId: client.teacherId }),
      ),
    resolve: (id, isResolved) => tried(() => resolveThread(id, isResolved)),
  };
}
