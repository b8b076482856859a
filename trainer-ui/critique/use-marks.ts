/** What this person has marked in a part of an episode; steps count from its beginning. */
import { useCallback, useEffect, useState } from 'react';
import { useClient } from '../context.ts';
import { get } from '../core/http.ts';
import { type Mark, type Stretch, shifted, within } from './stretch.ts';

export interface Marks {
  readonly marks: readonly Mark[];
  add(stretch: Stretch, value: 1 | -1, tag: string | undefined): void;
  remove(mark: Mark): void;
}

export function useMarks(episodeId: string, first: number, steps: number): Marks {
  const client = useClient();
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  useEffect(() => {
    let isOver = false;
    setMarks([]);
    get(`api/episodes/${episodeId}/marks`, { teacherId: client.teacherId })
      .then((response) => response.json() as Promise<Mark[]>)
      .then((found) => !isOver && setMarks(within(found, first, steps)))
      .catch(() => {}); // new ones can be made all the same
    return () => {
      isOver = true;
    };
  }, [client, episodeId, first, steps]);
  const add = useCallback(
    (stretch: Stretch, value: 1 | -1, tag: string | undefined) => {
      const mark = { ...stretch, value, ...(tag ? { tag } : {}) };
      const { from, to } = shifted(mark, first);
      const critique = { kind: 'critique', episodeId, ...mark, from, to } as const;
      const id = client.give(critique, Date.now());
      setMarks((old) => [...old, { ...mark, id }]);
    },
    [client, episodeId, first],
  );
  const remove = useCallback(
    ({ id }: Mark) => {
      client.give({ kind: 'retraction', feedbackId: id, reason: 'undo' }, Date.now());
      setMarks((old) => old.filter((mark) => mark.id !== id));
    },
    [client],
  );
  return { marks, add, remove };
}
