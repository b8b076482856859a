import { useCallback, useEffect, useState } from 'react';
import { listRuns } from './run-api.ts';
import type { RunRow } from './run-row.ts';
import { withGrowth } from './run-words.ts';

/** ms between looks: headless trainings write about once a second. */
const EVERY = 3000;

export interface Runs {
  /** Newest first; undefined until the first answer. */
  readonly runs: readonly RunRow[] | undefined;
  readonly error: string | undefined;
  /** Something was changed here. */
  look(): void;
}

export function useRuns(): Runs {
  const [runs, setRuns] = useState<readonly RunRow[]>();
  const [error, setError] = useState<string>();
  const look = useCallback(() => {
    listRuns().then(
      (found) => {
        setRuns((before) => withGrowth(found, before, Date.now()));
        setError(undefined);
      },
      (failure: Error) => setError(failure.message),
    );
  }, []);
  useEffect(() => {
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, [look]);
  return { runs, error, look };
}
