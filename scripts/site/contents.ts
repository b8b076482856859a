/** What is on the site, in the order of its navigation. */

export interface Group {
  readonly title: string;
  /** Files of the repository, or folders: all documents in them by name, README first. */
  readonly of: readonly string[];
}

export const GROUPS: readonly Group[] = [
  {
    title: 'Reins',
    of: ['README.md', 'docs/session.md', 'docs/studio.md', 'docs/people.md', 'CHANGELOG.md'],
  },
  {
    title: 'Guides',
    of: [
      'docs/configuration.md',
      'docs/roads.md',
      'docs/bring-your-own-model.md',
      'python/README.md',
      'docs/reliability.md',
      'docs/scale.md',
    ],
  },
  { title: 'Formats', of: ['docs/formats'] },
  { title: 'Results', of: ['docs/benchmarks.md', 'docs/benchmarks', 'docs/notes'] },
  { title: 'Reference', of: ['docs/SPEC.md', 'docs/messages.md', 'CONTRIBUTING.md'] },
  { title: 'Decisions', of: ['docs/decisions'] },
  { title: 'Findings', of: ['findings/README.md'] },
];

const isReadme = (file: string) => /(^|\/)README\.md$/.test(file);

/**
 * Documents by group, of those in the repository.
 * @throws Error for a document of `docs/` that no group has, or a group's that is not there
 */
export function contentsOf(
  documents: readonly string[],
  groups: readonly Group[] = GROUPS,
): { readonly title: string; readonly files: readonly string[] }[] {
  const below = (folder: string) =>
    documents
      .filter(
        (file) => file.startsWith(`${folder}/`) && !file.slice(folder.length + 1).includes('/'),
      )
      .sort((a, b) => Number(isReadme(b)) - Number(isReadme(a)) || a.localeCompare(b, 'en'));
  const contents = groups.map(({ title, of }) => ({
    title,
    files: of.flatMap((entry) => (entry.endsWith('.md') ? [entry] : below(entry))),
  }));
  const listed = new Set(contents.flatMap(({ files }) => files));
  const missing = [...listed].filter((file) => !documents.includes(file));
  const forgotten = documents.filter((file) => file.startsWith('docs/') && !listed.has(file));
  if (missing.length > 0 || forgotten.length > 0)
    throw new Error(
      [
        ...missing.map((file) => `${file}: is in scripts/site/contents.ts, and not there`),
        ...forgotten.map((file) => `${file}: is in no group of scripts/site/contents.ts`),
      ].join('\n'),
    );
  return contents;
}
