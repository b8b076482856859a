/** Something of the server that is asked for again and again, while somebody looks. */

/** Whether somebody sees the page, and what tells of it: a `Document`. */
export interface Page {
  readonly visibilityState: string;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

export interface PollOptions<T> {
  ask(): Promise<T>;
  /** ms between an answer and the next question. */
  readonly every: number;
  onValue(value: T): void;
  /** The question failed; it is asked again all the same. */
  onError(error: Error): void;
  readonly page: Page;
}

export interface Poll {
  /** Ask at once: something was changed here. An answer to an earlier question is not heard any more. */
  look(): void;
  stop(): void;
}

/** Begins at once. A hidden page asks nothing, and asks as soon as it is seen again; a slow server is never asked twice at a time. */
export function startPoll<T>(options: PollOptions<T>): Poll {
  const { ask, every, onValue, onError, page } = options;
  /** The question that is answered next; answers to any other come too late. */
  let current = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The last look was due while nobody saw the page. */
  let isDue = false;

  function look(): void {
    clearTimeout(timer);
    isDue = false;
    const mine = ++current;
    const isHeard = () => mine === current;
    ask()
      .then(
        (value) => isHeard() && onValue(value),
        (error: Error) => isHeard() && onError(error),
      )
      .finally(() => {
        if (isHeard()) timer = setTimeout(again, every);
      });
  }

  function again(): void {
    if (page.visibilityState === 'visible') look();
    else isDue = true;
  }

  function seen(): void {
    if (isDue && page.visibilityState === 'visible') look();
  }

  page.addEventListener('visibilitychange', seen);
  look();
  return {
    look,
    stop() {
      current++;
      clearTimeout(timer);
      page.removeEventListener('visibilitychange', seen);
    },
  };
}
