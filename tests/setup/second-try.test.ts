import { join } from 'node:path';
import { expect, it } from 'vitest';
import { failuresOf, judge, THE_FILE } from './second-try.ts';
import { root } from './sources.ts';

/** A report of one file: the status of each of its tests, and of the file. */
function report(tests: Readonly<Record<string, string>>, status?: string) {
  const failed = Object.values(tests).includes('failed');
  const assertionResults = Object.entries(tests).map(([fullName, result]) => ({
    ...{ status: result, fullName, failureMessages: result === 'failed' ? ['why'] : [] },
  }));
  const name = join(root, 'tests/a.test.ts');
  const own = { name, status: status ?? (failed ? 'failed' : 'passed'), message: 'broken' };
  return { testResults: [{ ...own, assertionResults }] };
}
const names = ({ failed, unstable }: ReturnType<typeof judge>) => [
  failed.map(({ what }) => what),
  unstable.map(({ what }) => what),
];

it('[SETUP-5] what passes at a second try is unstable, what fails twice or has no second try has failed', () => {
  const first = failuresOf(report({ one: 'failed', two: 'failed', three: 'passed' }));
  expect(first.map(({ file, what }) => [file, what])).toEqual([
    ['tests/a.test.ts', 'one'],
    ['tests/a.test.ts', 'two'],
  ]);
  expect(names(judge(first, report({ one: 'passed', two: 'failed' })))).toEqual([['two'], ['one']]);
  expect(names(judge(first, undefined))).toEqual([['one', 'two'], []]);
});

it('[SETUP-5] what the second try does not run, or newly breaks, has failed', () => {
  const first = failuresOf(report({ one: 'failed' }));
  expect(names(judge(first, report({ one: 'skipped' })))).toEqual([['one'], []]);
  expect(names(judge(first, report({ one: 'skipped' }, 'failed')))).toEqual([
    [THE_FILE, 'one'],
    [],
  ]);
  expect(names(judge(first, report({ one: 'passed', two: 'failed' })))).toEqual([['two'], ['one']]);
  const file = failuresOf(report({}, 'failed'));
  expect(names(judge(file, report({ one: 'passed' })))).toEqual([[], [THE_FILE]]);
});
