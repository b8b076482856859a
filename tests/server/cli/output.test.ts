import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOutput } from '../../../server/cli/output.ts';

let stdout = '';
let stderr = '';
beforeEach(() => {
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const document = { mean: Number.NaN, most: [1, Number.POSITIVE_INFINITY], name: 'NaN', none: null };

test('[CLI-1] with --json the result is one JSON document; what is not a number is null', () => {
  createOutput({ json: true }).result(document, () => 'a table');
  expect(stdout.endsWith('}\n')).toBe(true);
  expect(JSON.parse(stdout)).toEqual({ mean: null, most: [1, null], name: 'NaN', none: null });
  expect(stderr).toBe('');
});

test('[CLI-1] notes and progress go to stderr', () => {
  const output = createOutput({ json: true });
  output.note('on the way');
  const progress = output.progress('steps', 10);
  progress.update(5, 'half');
  progress.stop();
  expect(stdout).toBe('');
  expect(stderr).toContain('on the way\n');
});

test('[CLI-1] without --json the result is its text', () => {
  createOutput({ json: false }).result(document, () => 'a table');
  expect(stdout).toBe('a table\n');
});
