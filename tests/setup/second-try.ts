/** What failed in a report of Vitest, and what of it a second run shows to have passed after all. */
import { relative } from 'node:path';
import { root } from './sources.ts';

/** The part of Vitest's JSON report that is counted here. */
export interface JsonReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly FileReport[];
}

interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages: readonly string[];
  }[];
}

/** A test, or a file outside its tests, that failed. */
export interface Failure {
  readonly file: string;
  readonly what: string;
  readonly why: string;
}

/** What failed where no test of a file did. */
export const THE_FILE = 'the file itself';

export function failuresOf({ testResults }: Pick<JsonReport, 'testResults'>): Failure[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [{ file, what: THE_FILE, why: message }];
    return failed.map(({ fullName, failureMessages }) => ({
      file,
      what: fullName,
      why: failureMessages[0] ?? 'no message',
    }));
  });
}

/**
 * Unstable is what the second run says has passed. What failed there, was not run there, or had no second run has failed.
 * @param again absent: the second run left no report
 */
export function judge(
  first: readonly Failure[],
  again: Pick<JsonReport, 'testResults'> | undefined,
): { failed: Failure[]; unstable: Failure[] } {
  if (!again) return { failed: [...first], unstable: [] };
  const passed = new Set(
    again.testResults.flatMap(({ name, status, assertionResults }) => {
      const file = relative(root, name);
      const tests = assertionResults.filter((test) => test.status === 'passed');
      const all = tests.map(({ fullName }) => `${file}: ${fullName}`);
      return status === 'passed' ? [...all, `${file}: ${THE_FILE}`] : all;
    }),
  );
  const key = ({ file, what }: Failure) => `${file}: ${what}`;
  const second = failuresOf(again);
  const told = new Set(second.map(key));
  const rest = first.filter((failure) => !told.has(key(failure)));
  return {
    failed: [...second, ...rest.filter((failure) => !passed.has(key(failure)))],
    unstable: rest.filter((failure) => passed.has(key(failure))),
  };
}
