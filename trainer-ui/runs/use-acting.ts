import { useCallback, useState } from 'react';
import { usePolled } from '../use-polled.ts';

const EVERY = 2000;

/** Something of the server that is looked at again and again, and changed from here. */
export interface Acting<T> {
  /** Undefined until the first answer. */
  readonly list: T | undefined;
  /** What became of the last press, where it was refused. */
  readonly refusal: string | undefined;
  /** Does it, and looks again. @returns whether it was done */
  act(work: () => Promise<unknown>): Promise<boolean>;
}

/** @param ask always the same function */
export function useActing<T>(ask: () => Promise<T>): Acting<T> {
  // What fails is asked again soon; the list of runs says what is wrong.
  const { value: list, look } = usePolled(ask, EVERY);
  const [refusal, setRefusal] = useState<string>();
  const act = useCallback(
    async (work: () => Promise<unknown>) => {
      try {
        await work();
        setRefusal(undefined);
        return true;
      } catch (error) {
        setRefusal((error as Error).message);
        return false;
      } finally {
        look();
      }
    },
    [look],
  );
  return { list, refusal, act };
}
