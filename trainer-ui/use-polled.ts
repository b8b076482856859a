import { useCallback, useEffect, useRef, useState } from 'react';
import { type Poll, startPoll } from './core/poll.ts';

export interface Polled<T> {
  /** The newest answer; undefined until the first. */
  readonly value: T | undefined;
  /** Why the last question failed; undefined where it did not. */
  readonly error: string | undefined;
  /** Something was changed here: ask at once. */
  look(): void;
}

/**
 * What the server says, again every `every` ms while the page is seen.
 * @param ask the same function as long as it asks for the same
 */
export function usePolled<T>(ask: () => Promise<T>, every: number): Polled<T> {
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<string>();
  const poll = useRef<Poll>(undefined);
  useEffect(() => {
    const started = startPoll({
      ask,
      every,
      page: document,
      onValue(next) {
        setValue(next);
        setError(undefined);
      },
      onError: ({ message }) => setError(message),
    });
    poll.current = started;
    return () => started.stop();
  }, [ask, every]);
  const look = useCallback(() => poll.current?.look(), []);
  return { value, error, look };
}
