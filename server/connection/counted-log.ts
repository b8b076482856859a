/** Lines of one cause are counted, not repeated, so that refused requests cannot fill the disk. */

/** What a connection logs; the message is its cause and always the same words. */
export interface ConnectionLog {
  warn(fields: object, cause: string): void;
  error(fields: object, cause: string): void;
}

export interface CountedLog extends ConnectionLog {
  /** Says what came again since the last time. */
  flush(): void;
  close(): void;
}

/** ms between two lines of one cause. */
const EVERY = 60_000;

/** The first line of a cause is logged at once. */
export function createCountedLog(log: ConnectionLog, every = EVERY): CountedLog {
  const more = new Map<string, { readonly level: keyof ConnectionLog; count: number }>();
  const timer = setInterval(flush, every).unref();

  function write(level: keyof ConnectionLog, fields: object, cause: string): void {
    const known = more.get(cause);
    if (known) {
      known.count++;
      return;
    }
    more.set(cause, { level, count: 0 });
    log[level](fields, cause);
  }

  function flush(): void {
    for (const [cause, { level, count }] of [...more]) {
      more.delete(cause);
      if (count === 0) continue;
      log[level]({ count, seconds: every / 1000 }, `${cause}: again`);
      more.set(cause, { level, count: 0 });
    }
  }

  return {
    warn: (fields, cause) => write('warn', fields, cause),
    error: (fields, cause) => write('error', fields, cause),
    flush,
    close() {
      clearInterval(timer);
      flush();
    },
  };
}
