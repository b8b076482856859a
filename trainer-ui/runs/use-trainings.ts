import { useCallback, useEffect, useState } from 'react';
import type { TrainingList } from '../../server/protocol/index.ts';
import { listTrainings } from './training-api.ts';

const EVERY = 2000;

export interface TrainingsHere {
  /** Undefined until the first answer. */
  readonly list: TrainingList | undefined;
  /** What became of the last press, where it was refused. */
  readonly refusal: string | undefined;
  /** Does it, and looks again. @returns whether it was done */
  act(work: () => Promise<unknown>): Promise<boolean>;
}

export function useTrainings(): TrainingsHere {
  const [list, setList] = useState<TrainingList>();
  const [refusal, setRefusal] = useState<string>();
  const look = useCallback(() => {
    listTrainings().then(setList, () => {}); // asked again soon; the list of runs says what is wrong
  }, []);
  useEffect(() => {
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, [look]);
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
