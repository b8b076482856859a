/** What is to be ended, in the opposite order of its beginning. */
export interface Closes {
  add(close: () => unknown): void;
  /** A failure does not keep the rest open. @throws the first */
  all(): Promise<void>;
}

export function createCloses(): Closes {
  const closes: (() => unknown)[] = [];
  return {
    add: (close) => closes.push(close),
    async all() {
      const failures: unknown[] = [];
      for (const close of closes.splice(0).reverse()) {
        await Promise.resolve()
          .then(close)
          .catch((error) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
