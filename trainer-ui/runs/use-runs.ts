import { useEffect, useState } from 'react';
import { usePolled } from '../use-polled.ts';
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
  const { value, error, look } = usePolled(listRuns, EVERY);
  const [runs, setRuns] = useState<readonly RunRow[]>();
  useEffect(() => {
    if (value) setRuns((before) => withGrowth(value, before, Date.now()));
  }, [value]);
  return { runs, error, look };
}
