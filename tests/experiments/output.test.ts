import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOutput, duration, progressLines } from '../../experiments/output.ts';

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

test('[CLI-1] where there is no terminal, long work says now and then how far it is and what is left', () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const progress = progressLines('benchmark', 1000, note, () => Date.now());
  for (let s = 1; s <= 600; s++) {
    progress.update(s, `${Math.floor(s / 250)} of 4 runs`);
    vi.advanceTimersByTime(1000);
  }
  // Every ten seconds.
  expect(lines).toHaveLength(60);
  expect(lines[0]).toBe('benchmark: 1 % · 0 of 4 runs · 17 min left');
  expect(lines[54]).toBe('benchmark: 55 % · 2 of 4 runs · 7 min left');
  // Also while nothing moves on.
  vi.advanceTimersByTime(25_000);
  expect(lines).toHaveLength(62);
  progress.stop();
  vi.advanceTimersByTime(25_000);
  expect(lines).toHaveLength(62);
  vi.useRealTimers();
});

test('[CLI-1] lengths of time are told in the largest unit that leaves two of it', () => {
  expect([0, 119_000, 120_000, 7_199_000, 7_200_000].map(duration)).toEqual([
    '0 s',
    '119 s',
    '2 min',
    '120 min',
    '2.0 h',
  ]);
});

test('[CLI-1] without --json the result is its text', () => {
  createOutput({ json: false }).result(document, () => 'a table');
  expect(stdout).toBe('a table\n');
});
