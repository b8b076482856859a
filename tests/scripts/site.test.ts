/** The documentation as static pages: what a reader may follow leads somewhere, on every page. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSite } from '../../scripts/site/build.ts';
import { contentsOf } from '../../scripts/site/contents.ts';
import { createLinks, hrefBetween, pageOf } from '../../scripts/site/links.ts';
import { renderDocument } from '../../scripts/site/markdown.ts';
import { root } from '../setup/sources.ts';

const as = (href: string) => href;

test('[SITE-1] headings have the ids that links to them have on GitHub, doubles counted', () => {
  const { headings, title } = renderDocument(
    '# A `--flag` & more\n\n## Same\n\ntext\n\n## Same\n\n### Wörter, 2×\n',
    as,
  );
  expect(title).toBe('A --flag & more');
  expect(headings.map(({ id }) => id)).toEqual(['a---flag--more', 'same', 'same-1', 'wörter-2']);
});

test('[SITE-2] what the search reads is the text, without markup, by section', () => {
  const { sections } = renderDocument(
    '# One\n\nSee [the *guide*](x.md) and `code`.\n\n- first\n- second\n\n## Two\n\n| a | b |\n| --- | --- |\n| 1 < 2 | **x** |\n',
    as,
  );
  expect(sections.map(({ text, body }) => [text, body])).toEqual([
    ['One', 'See the guide and code. first second'],
    ['Two', 'a b 1 < 2 x'],
  ]);
});

describe('[SITE-1] links', () => {
  const documents = ['README.md', 'docs/a.md', 'docs/formats/README.md', 'docs/formats/csv.md'];
  const links = () => createLinks(root, documents);

  test('lead from page to page by relative paths, a folder to its first page', () => {
    const { place } = links();
    expect(place('README.md', 'docs/a.md#x')).toBe('docs/a.html#x');
    expect(place('docs/a.md', '../README.md')).toBe('../index.html');
    expect(place('docs/a.md', 'formats/')).toBe('formats/index.html');
    expect(place('docs/formats/csv.md', '#here')).toBe('csv.html#here');
    expect(place('docs/a.md', 'https://example.org/x')).toBe('https://example.org/x');
    expect(hrefBetween(pageOf('docs/formats/csv.md'), 'site.css')).toBe('../../site.css');
  });

  test('to other files of the repository take the file along, code as text', () => {
    const { place, files } = links();
    expect(place('docs/a.md', '../vite.config.ts')).toBe('../vite.config.ts.txt');
    expect(place('README.md', 'docs/images/house.svg')).toBe('docs/images/house.svg');
    expect([...files.keys()]).toEqual(['vite.config.ts.txt', 'docs/images/house.svg']);
  });

  test('that lead nowhere are named with their document: files, headings, what is outside', () => {
    const { place, broken } = links();
    place('docs/a.md', 'gone.md');
    place('docs/a.md', '../../outside.md');
    place('README.md', 'docs/a.md#no-such');
    place('README.md', 'docs/a.md#there');
    expect(broken(() => ['there'])).toEqual([
      'docs/a.md: gone.md leads to nothing in the repository',
      'docs/a.md: ../../outside.md leads to nothing in the repository',
      'README.md: docs/a.md#no-such: docs/a.md has no heading #no-such',
    ]);
  });
});

test('[SITE-1] a document that the navigation forgets, or that is gone, ends the build', () => {
  const groups = [{ title: 'All', of: ['README.md', 'docs/formats'] }];
  const [all] = contentsOf(['README.md', 'docs/formats/b.md', 'docs/formats/README.md'], groups);
  expect(all!.files).toEqual(['README.md', 'docs/formats/README.md', 'docs/formats/b.md']);
  expect(() => contentsOf(['README.md', 'docs/new.md'], groups)).toThrow(
    'docs/new.md: is in no group',
  );
  expect(() => contentsOf([], groups)).toThrow(
    'README.md: is in scripts/site/contents.ts, and not',
  );
});

describe('[SITE-3] the whole site', () => {
  let out: string;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reins-site-'));
    out = join(folder, 'site');
    mkdirSync(join(folder, 'player'));
    writeFileSync(join(folder, 'player/index.html'), 'player');
    await buildSite(out, join(folder, 'player'));
  });
  afterAll(() => rmSync(dirname(out), { recursive: true, force: true }));

  test('works below any path: every link is relative and leads to a file that is there', () => {
    const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.html') && !file.startsWith('session'),
    );
    expect(pages.length).toBeGreaterThan(35);
    const lost: string[] = [];
    for (const page of pages) {
      const html = readFileSync(join(out, page), 'utf8').replace(/<(pre|code)[\s\S]*?<\/\1>/g, '');
      for (const [, kind, href = ''] of html.matchAll(/\s(href|src)="([^"]*)"/g)) {
        if (/^(#|data:)/.test(href) || (kind === 'href' && href.startsWith('https:'))) continue;
        const [path = ''] = decodeURI(href).split('#');
        if (path.startsWith('/') || !existsSync(join(out, dirname(page), path)))
          lost.push(`${page}: ${href}`);
      }
    }
    expect(lost).toEqual([]);
  });

  test('the search leads to headings that are on their pages', () => {
    const sections = JSON.parse(readFileSync(join(out, 'search.json'), 'utf8')) as {
      href: string;
      heading: string;
    }[];
    expect(sections.some(({ heading }) => heading === 'Your data')).toBe(true);
    for (const { href } of sections) {
      const [page, id] = href.split('#');
      expect(readFileSync(join(out, page!), 'utf8')).toContain(`id="${id}"`);
    }
  });
});
