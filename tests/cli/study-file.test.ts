import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { studyFile } from '../../cli/study-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'reins-study-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, 'study.json');
  writeFileSync(path, text);
  return path;
}

it('[UI-48] a study is read from its file, and what is wrong in it is named', () => {
  const study = { instructions: 'Drive.', consent: 'We keep it.', tags: ['brave', 'rude'] };
  expect(studyFile(file(JSON.stringify(study)))).toEqual(study);
  expect(studyFile(file('{}'))).toEqual({});
  expect(() => studyFile(join(folder, 'nothing.json'))).toThrow('cannot be read (ENOENT)');
  expect(() => studyFile(file('{'))).toThrow('is not JSON');
  expect(() => studyFile(file('{"tags": "brave"}'))).toThrow(/tags: .*allowed instructions/);
  expect(() => studyFile(file('{"tags": ["a", "a"]}'))).toThrow('tags: must differ');
  expect(() => studyFile(file('{"consnt": "x"}'))).toThrow('consnt');
});
