import { expect, it } from 'vitest';
import { createCountedLog } from '../../../server/connection/counted-log.ts';

it('[SRV-26] lines of one cause are counted: the first at once, the rest as one', () => {
  const lines: unknown[] = [];
  const note = (level: string) => (fields: object, cause: string) =>
    void lines.push([level, cause, fields]);
  const log = createCountedLog({ warn: note('warn'), error: note('error') }, 60_000);
  for (let i = 0; i < 1000; i++) log.warn({ i }, 'refused');
  log.error({ why: 'x' }, 'failed');
  expect(lines).toEqual([
    ['warn', 'refused', { i: 0 }],
    ['error', 'failed', { why: 'x' }],
  ]);
  log.flush();
  const again = ['warn', 'refused: again', { count: 999, seconds: 60 }];
  expect(lines.slice(2)).toEqual([again]);
  log.warn({}, 'refused');
  log.error({ why: 'y' }, 'failed');
  expect(lines.slice(3)).toEqual([['error', 'failed', { why: 'y' }]]);
  log.close();
  expect(lines.slice(4)).toEqual([['warn', 'refused: again', { count: 1, seconds: 60 }]]);
});
