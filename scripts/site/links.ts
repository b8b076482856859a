/** Where the links of documents lead on the site. What leads nowhere is collected, and ends the build. */
import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';

/** The site's file for a document: beside the others as in the repository, README as the folder's index. */
export function pageOf(document: string): string {
  return document.replace(/(^|\/)README\.md$/, '$1index.html').replace(/\.md$/, '.html');
}

/** From one file of the site to another. */
export function hrefBetween(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to);
}

interface Anchor {
  readonly document: string;
  readonly href: string;
  readonly target: string;
  readonly id: string;
}

export interface Links {
  /** Place of a link of `document` on the site. */
  place(document: string, href: string): string;
  /** Files of the repository to copy: source by path on the site. */
  readonly files: ReadonlyMap<string, string>;
  /** In words, once all documents are rendered; `ids`: of a document's headings. */
  broken(ids: (document: string) => readonly string[]): string[];
}

/** Browsers show these as they are; any other file of the repository is shown as text. */
const SHOWN = /\.(png|jpe?g|svg|webp|gif|txt|html)$/;

/** `documents`: those that are pages, paths in the repository at `root`. */
export function createLinks(root: string, documents: readonly string[]): Links {
  const files = new Map<string, string>();
  const problems: string[] = [];
  const anchors: Anchor[] = [];

  function pageFor(target: string): string | undefined {
    if (documents.includes(target)) return target;
    const within = documents.filter((file) => file.startsWith(`${target}/`));
    return within.find((file) => file === `${target}/README.md`) ?? within[0];
  }

  return {
    files,
    place(document, href) {
      if (/^[a-z]+:/i.test(href)) return href;
      const [path = '', id = ''] = href.split('#');
      const target = path === '' ? document : posix.join(posix.dirname(document), decodeURI(path));
      const repositoryPath = target.replace(/\/$/, '');
      const page = pageFor(repositoryPath);
      if (page) {
        if (id !== '') anchors.push({ document, href, target: page, id });
        return hrefBetween(pageOf(document), pageOf(page)) + (id === '' ? '' : `#${id}`);
      }
      const source = posix.join(root, repositoryPath);
      if (repositoryPath.startsWith('..') || !existsSync(source) || !statSync(source).isFile()) {
        problems.push(`${document}: ${href} leads to nothing in the repository`);
        return href;
      }
      const place = SHOWN.test(repositoryPath) ? repositoryPath : `${repositoryPath}.txt`;
      files.set(place, source);
      return hrefBetween(pageOf(document), place);
    },
    broken(ids) {
      const lost = anchors
        .filter(({ target, id }) => !ids(target).includes(id))
        .map(
          ({ document, href, target, id }) =>
            `${document}: ${href}: ${target} has no heading #${id}`,
        );
      return [...problems, ...lost];
    },
  };
}
