/** The page around a document. */
import { hrefBetween } from './links.ts';
import { escapeHtml, type Heading } from './markdown.ts';

export interface Page {
  /** On the site. */
  readonly path: string;
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
}

export type Navigation = readonly {
  readonly title: string;
  readonly pages: readonly Pick<Page, 'path' | 'title'>[];
}[];

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%2312161c'/%3E%3Cpath d='M8 24V8h9a5 5 0 0 1 0 10H8m8 0 7 6' fill='none' stroke='%234dabf7' stroke-width='3' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/** Before the first picture, so that the chosen colours do not come later. */
const THEME = "document.documentElement.dataset.theme=localStorage.getItem('reins-site-theme')??''";

/** All links are relative: the site works below any path. */
export function layout(page: Page, navigation: Navigation): string {
  const to = (path: string) => hrefBetween(page.path, path);
  const here = page.path === 'index.html' ? 'Reins' : `${escapeHtml(page.title)} · Reins`;
  return `<!doctype html>
<html lang="en" data-root="${to('index.html').replace(/index\.html$/, '')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${here}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${to('site.css')}">
<script>try{${THEME}}catch{}</script>
<script defer src="${to('site.js')}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<button id="menu" type="button" aria-expanded="false" aria-controls="pages">Pages</button>
<a class="name" href="${to('index.html')}">Reins</a>
<div class="search" role="search">
<input id="search" type="search" placeholder="Search" aria-label="search the documentation" autocomplete="off">
<ol id="found" aria-live="polite" hidden></ol>
</div>
<button id="theme" type="button" aria-label="light or dark">◐</button>
</header>
<div class="columns">
<nav id="pages" aria-label="pages">${navigationList(page, navigation, to)}</nav>
<main id="content">
${page.html}</main>
<nav class="contents" aria-label="on this page">${headingList(page.headings)}</nav>
</div>
</body>
</html>
`;
}

function navigationList(page: Page, navigation: Navigation, to: (path: string) => string): string {
  const link = ({ path, title }: Pick<Page, 'path' | 'title'>) =>
    `<li><a href="${to(path)}"${path === page.path ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a></li>`;
  return navigation
    .map(({ title, pages }) => `<h2>${title}</h2><ul>${pages.map(link).join('')}</ul>`)
    .join('\n');
}

function headingList(headings: readonly Heading[]): string {
  const main = headings.filter(({ depth }) => depth === 2);
  if (main.length < 2) return '';
  const items = main.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  return `<h2>On this page</h2><ul>${items.join('')}</ul>`;
}
