/** A document as HTML, with what the site needs of it: title, headings, and its text by section. */
import GithubSlugger from 'github-slugger';
import { Marked, type Token, type Tokens } from 'marked';

export interface Heading {
  /** 1 to 6. */
  readonly depth: number;
  /** As GitHub makes it, so that links lead to the same place there and here. */
  readonly id: string;
  /** Without markup. */
  readonly text: string;
}

/** What the search finds: a heading and the text up to the next. */
export interface Section extends Heading {
  readonly body: string;
}

export interface Document {
  readonly html: string;
  readonly title: string;
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
}

/** `place`: where a link or picture of the document leads to on the site. */
export function renderDocument(source: string, place: (href: string) => string): Document {
  const marked = new Marked({ gfm: true });
  const tokens = marked.lexer(source);
  const slugger = new GithubSlugger();
  const sections: { depth: number; id: string; text: string; body: string }[] = [];
  const ids = new Map<Token, string>();
  for (const token of tokens) {
    if (token.type === 'heading') {
      const text = plainText(token.tokens ?? []);
      const id = slugger.slug(text);
      ids.set(token, id);
      sections.push({ depth: (token as Tokens.Heading).depth, id, text, body: '' });
    } else if (sections.length > 0) sections.at(-1)!.body += `${plainText([token])} `;
  }
  marked.use({
    renderer: {
      heading(token) {
        const { depth } = token;
        const id = ids.get(token) ?? slugger.slug(plainText(token.tokens));
        const inner = this.parser.parseInline(token.tokens);
        return `<h${depth} id="${id}">${inner}<a class="here" href="#${id}" aria-label="link to this section">#</a></h${depth}>\n`;
      },
      // Wide tables and code scroll by themselves, by keyboard too.
      table(token) {
        const row = (cells: readonly Tokens.TableCell[]) =>
          `<tr>${cells.map((cell) => this.tablecell(cell)).join('')}</tr>`;
        const body = token.rows.map(row).join('\n');
        return `<div class="wide" tabindex="0" role="region" aria-label="table"><table><thead>${row(token.header)}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
    },
    walkTokens(token) {
      if (token.type === 'link' || token.type === 'image') token.href = place(token.href);
    },
  });
  marked.walkTokens(tokens, marked.defaults.walkTokens!);
  return {
    html: marked.parser(tokens),
    title: sections.find(({ depth }) => depth === 1)?.text ?? '',
    headings: sections.map(({ depth, id, text }) => ({ depth, id, text })),
    sections: sections.map((section) => ({
      ...section,
      body: section.body.replace(/\s+/g, ' ').trim(),
    })),
  };
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** What a reader reads of tokens. */
function plainText(tokens: readonly Token[]): string {
  return tokens.map(plainToken).join('');
}

function plainToken(token: Token): string {
  switch (token.type) {
    case 'html':
    case 'space':
      return ' ';
    case 'list':
      return token.items.map((item: Tokens.ListItem) => plainText(item.tokens)).join(' ');
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      return [header, ...rows]
        .map((cells) => cells.map((cell) => plainText(cell.tokens)).join(' '))
        .join(' ');
    }
    case 'codespan':
    case 'code':
      return token.text;
    default:
      return 'tokens' in token && token.tokens ? plainText(token.tokens) : unescapeHtml(token.raw);
  }
}

function unescapeHtml(text: string): string {
  return text.replace(/\\([\\`*_{}[\]()#+\-.!|])/g, '$1');
}
