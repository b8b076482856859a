/**
 * `npm run docs:site`: the documentation as static files in dist/site, which work below any path of any web
 * server. A link that leads nowhere ends it. The recorded session plays on a page of its own in them.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ensureUi } from '../../cli/build-ui.ts';
import { contentsOf, GROUPS } from './contents.ts';
import { layout, type Navigation } from './layout.ts';
import { createLinks, hrefBetween, pageOf } from './links.ts';
import { type Document, renderDocument } from './markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What the page's search reads: sections in the order of the navigation. */
interface Found {
  readonly id: number;
  readonly href: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

/** Stands in docs/session.md where the recording plays. */
const SESSION = '<!-- session -->';

/**
 * `player`: folder of the page that plays recorded sessions.
 * @throws Error with a line for every link that leads nowhere
 */
export async function buildSite(
  out: string,
  player: string,
): Promise<{ pages: number; files: number }> {
  const contents = contentsOf(documentsIn(root));
  const documents = contents.flatMap(({ files }) => files);
  const links = createLinks(root, documents);
  const rendered = new Map<string, Document>(
    documents.map((file) => [
      file,
      renderDocument(readFileSync(join(root, file), 'utf8'), (href) => links.place(file, href)),
    ]),
  );
  const broken = links.broken((file) => rendered.get(file)!.headings.map(({ id }) => id));
  if (broken.length > 0) throw new Error(`links of the documentation:\n${broken.join('\n')}`);
  rmSync(out, { recursive: true, force: true });
  writePages(out, contents, rendered);
  for (const [place, source] of links.files) {
    mkdirSync(dirname(join(out, place)), { recursive: true });
    copyFileSync(source, join(out, place));
  }
  await writeScripts(out);
  cpSync(player, join(out, 'session'), { recursive: true });
  copyFileSync(join(root, 'docs/sessions/driving.bin'), join(out, 'session/session.bin'));
  return { pages: documents.length, files: links.files.size };
}

/** All of `docs/`, and those elsewhere that are to be on the site. */
function documentsIn(folder: string): string[] {
  const inDocs = readdirSync(join(folder, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file.replaceAll('\\', '/')}`);
  const listed = GROUPS.flatMap(({ of }) => of).filter((entry) => entry.endsWith('.md'));
  return [...new Set([...inDocs, ...listed.filter((file) => existsSync(join(folder, file)))])];
}

function writePages(
  out: string,
  contents: ReturnType<typeof contentsOf>,
  rendered: ReadonlyMap<string, Document>,
): void {
  const navigation: Navigation = contents.map(({ title, files }) => ({
    title,
    pages: files.map((file) => ({ path: pageOf(file), title: rendered.get(file)!.title })),
  }));
  const sections: Found[] = [];
  for (const [file, { html: plain, title, headings, sections: found }] of rendered) {
    const path = pageOf(file);
    const html = plain.replace(SESSION, () => frameOf(hrefBetween(path, 'session/index.html')));
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), layout({ path, title, html, headings }, navigation));
    for (const { id, text, body } of found)
      sections.push({
        id: sections.length,
        href: `${path}#${id}`,
        page: title,
        heading: text,
        text: body,
      });
  }
  writeFileSync(join(out, 'search.json'), JSON.stringify(sections));
}

const frameOf = (href: string) =>
  `<iframe class="session" src="${href}" title="a recorded session" loading="lazy" allowfullscreen></iframe>\n<p><a href="${href}">On a page of its own</a></p>`;

async function writeScripts(out: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'trainer-ui/site/site.ts'), join(root, 'trainer-ui/site/site.css')],
    outdir: out,
    bundle: true,
    minify: true,
    target: 'es2023',
    logLevel: 'warning',
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const out = join(root, 'dist/site');
  const page = await ensureUi({ root, log: console.log, page: 'session' });
  const { pages, files } = await buildSite(out, page);
  console.log(`${pages} pages and ${files} files in ${out}`);
}
