import { expect, test } from 'vitest';
import {
  exampleClip,
  exampleMarkdown,
  examplesEpisodes,
  examplesIn,
} from '../../../server/protocol/index.ts';

const MERGE = { episodeId: 'run-1-mil2x.3-7', from: 120, to: 220 };

test('[CAMP-8] a clip is written in Markdown and read again; what is written wrong says what is allowed', () => {
  const written = exampleMarkdown(MERGE, 'A [good]\nmerge');
  expect(written).toBe('![A  good  merge](clip:run-1-mil2x.3-7@120-220)');
  expect(examplesIn(`# Look\n\n${written} and ![sun](https://lab.example.org/x.png)`)).toEqual([
    MERGE,
  ]);
  expect(exampleClip('https://lab.example.org/x.png')).toBeUndefined();
  for (const wrong of ['clip:e1', 'clip:e1@5', 'clip:e1@7-7', 'clip:e1@9-2', 'clip:e1@0-1001'])
    expect(() => examplesIn(`![x](${wrong})`)).toThrow(`${wrong} is no clip, allowed clip:EPISODE`);
  expect(() => examplesIn('![x](clip:e1@0-5)'.repeat(9))).toThrow(/has 9 clips, allowed up to 8/);
  // Nothing that anybody wrote once ends the housekeeping.
  expect(examplesEpisodes('![x](clip:e1@0-5) ![y](clip:wrong) ![z](clip:e2@3-4)')).toEqual([
    'e1',
    'e2',
  ]);
});
