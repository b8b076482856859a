/** What moves on the documentation's pages: search, colours, and the list of pages on a narrow screen. */
import MiniSearch from 'minisearch';

interface Section {
  readonly id: number;
  readonly href: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

const MOST_FOUND = 12;
/** Letters of the text around what was found. */
const AROUND = 60;

/** From here to the site's index. */
const root = document.documentElement.dataset['root'] ?? '';
const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

const input = byId<HTMLInputElement>('search');
const list = byId<HTMLOListElement>('found');

let loading: Promise<MiniSearch<Section>> | undefined;

/** Only once somebody searches. */
async function load(): Promise<MiniSearch<Section>> {
  const response = await fetch(`${root}search.json`);
  const sections = (await response.json()) as Section[];
  const index = new MiniSearch<Section>({
    fields: ['heading', 'page', 'text'],
    storeFields: ['href', 'page', 'heading', 'text'],
    searchOptions: { boost: { heading: 3, page: 2 }, prefix: true, combineWith: 'AND' },
  });
  index.addAll(sections);
  return index;
}

function excerpt(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase();
  const at = Math.min(...terms.map((term) => lower.indexOf(term)).filter((i) => i >= 0));
  if (!Number.isFinite(at)) return text.slice(0, 2 * AROUND);
  const from = Math.max(0, at - AROUND);
  return `${from > 0 ? '…' : ''}${text.slice(from, at + 2 * AROUND)}`;
}

function entry(found: Section & { terms: string[] }): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = root + found.href;
  const where = document.createElement('strong');
  where.textContent =
    found.page === found.heading ? found.page : `${found.page} › ${found.heading}`;
  const words = document.createElement('span');
  words.textContent = excerpt(found.text, found.terms);
  link.append(where, words);
  item.append(link);
  return item;
}

async function search(): Promise<void> {
  const words = input.value.trim();
  list.hidden = words === '';
  if (words === '') return;
  const index = await (loading ??= load());
  if (words !== input.value.trim()) return; // typed on meanwhile
  const found = index.search(words).slice(0, MOST_FOUND) as unknown as (Section & {
    terms: string[];
  })[];
  const nothing = document.createElement('li');
  nothing.textContent = 'Nothing found.';
  list.replaceChildren(...(found.length > 0 ? found.map(entry) : [nothing]));
}

input.addEventListener('input', () => void search());
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    input.focus();
  }
  if (event.key === 'Escape') list.hidden = true;
  if (event.key === 'Enter' && event.target === input) list.querySelector('a')?.click();
});
document.addEventListener('click', (event) => {
  if (!(event.target as Element).closest('.search')) list.hidden = true;
  else if ((event.target as Element).closest('#found a')) list.hidden = true;
});

byId('menu').addEventListener('click', ({ currentTarget }) => {
  const isOpen = byId('pages').classList.toggle('open');
  (currentTarget as HTMLElement).setAttribute('aria-expanded', String(isOpen));
});

byId('theme').addEventListener('click', () => {
  const { dataset } = document.documentElement;
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const isDark = dataset['theme'] ? dataset['theme'] === 'dark' : systemIsDark;
  dataset['theme'] = isDark ? 'light' : 'dark';
  try {
    localStorage.setItem('reins-site-theme', dataset['theme']);
    // Mantine's: the session that plays within the page follows at once.
    localStorage.setItem('mantine-color-scheme-value', dataset['theme']);
  } catch {
    // Not kept where the browser keeps nothing.
  }
});
