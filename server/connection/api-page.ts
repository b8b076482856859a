/** The description of the API as one page without scripts: it reads the same offline and under the strictest policy. */
import { clientMessages, type MessageDescription, serverMessages } from './message-reference.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

export interface Operation {
  readonly summary?: string;
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Content }>
  >;
  readonly 'x-roles': readonly string[];
}

/** As much of the document as the page shows. */
export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

const STYLE = `
:root{color-scheme:light dark;--line:light-dark(#dee2e6,#373a40);--dim:light-dark(#5c5f66,#a6a7ab);--soft:light-dark(#f1f3f5,#25262b)}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:light-dark(#fff,#1a1b1e);color:light-dark(#1a1b1e,#e6e9ec)}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;padding:0 .8rem}
summary{cursor:pointer;padding:.5rem 0}summary p{margin:.1rem 0 0;color:var(--dim)}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.25rem 1rem;margin:.2rem 0 .9rem}
dt{overflow-wrap:anywhere}dd{margin:0}nav a{margin-right:.8rem}a{color:light-dark(#1864ab,#74c0fc)}
h3{font-size:.85rem;margin:.6rem 0 .2rem;color:var(--dim);font-weight:600}
.method{display:inline-block;min-width:2.9rem;font-weight:700}`;

const asText = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
const code = (text: string) => `<code>${asText(text)}</code>`;

export function apiPage({ info, paths, openapi }: OpenApi): string {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(all.map(({ operation }) => operation.tags[0]!))].sort();
  const sections = tags.map((tag) => {
    const own = all.filter(({ operation }) => operation.tags[0] === tag);
    return `<h2 id="${tag}">${tag}</h2>${own.map(operationPart).join('')}`;
  });
  const links = [...tags, 'messages'].map((tag) => `<a href="#${tag}">${tag}</a>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Reins · API</title><style>${STYLE}</style><body><main>
<h1>${asText(info.title)} ${asText(info.version)}: what programs can ask</h1>
<p>${asText(info.description).replace(/`([^`]+)`/g, '<code>$1</code>')}
<a href="openapi.json">OpenAPI ${asText(openapi)}</a></p><nav>${links.join(' ')}</nav>
${sections.join('')}<h2 id="messages">messages</h2><p>Over the socket ${code('/ws')}, as JSON.</p>
<h3>From pages</h3>${clientMessages().map(messagePart).join('')}
<h3>From the server</h3>${serverMessages().map(messagePart).join('')}
</main></body></html>`;
}

function operationPart(of: { path: string; method: string; operation: Operation }): string {
  const { path, method, operation } = of;
  const { parameters = [], requestBody, responses } = operation;
  const asked = parameters.map(({ name, in: place, required, schema }): [string, string] => [
    `${name}${required ? '' : '?'}`,
    [place, ...rangeOf(schema ?? {})].join(', '),
  ]);
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const replies = Object.entries(responses).map(([status, reply]): [string, string] => {
    const fields = Object.keys(Object.values(reply.content ?? {})[0]?.schema?.properties ?? {});
    const isRefusal = Number(status) >= 400;
    return [
      status,
      `${reply.description}${isRefusal || fields.length === 0 ? '' : `: ${fields.join(', ')}`}`,
    ];
  });
  const roles = operation['x-roles'];
  return `<details id="${operation.operationId}"><summary><span class="method">${method.toUpperCase()}</span>
${code(path)}<p>${asText(operation.summary ?? '')}</p></summary>
${list('Asked with', asked)}${body ? list('Body', fieldsOf(body)) : ''}${list('Replies', replies)}
<h3>Open to</h3><p>${roles.length > 0 ? roles.join(', ') : 'anybody'}</p></details>`;
}

function messagePart({ name, meaning, fields, roles }: MessageDescription): string {
  const rows = fields.map((field): [string, string] => [
    `${field.name}${field.isOptional ? '?' : ''}`,
    field.meaning ? `${field.type}. ${field.meaning}` : field.type,
  ]);
  return `<details><summary>${code(name)}<p>${asText(meaning)}</p></summary>${list('Fields', rows)}
${roles.length > 0 ? `<h3>Open to</h3><p>${roles.join(', ')}</p>` : ''}</details>`;
}

function fieldsOf({ properties = {}, required = [] }: Schema): [string, string][] {
  return Object.entries(properties).map(([name, schema]) => [
    `${name}${required.includes(name) ? '' : '?'}`,
    rangeOf(schema).join(', '),
  ]);
}

function rangeOf(schema: Schema): string[] {
  const { type, minimum, maximum, maxLength } = schema;
  const range =
    minimum === undefined && maximum === undefined ? [] : [`${minimum ?? ''} to ${maximum ?? ''}`];
  return [
    ...(schema.enum ? [schema.enum.join(' | ')] : type ? [[type].flat().join(' or ')] : []),
    ...range,
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(schema.default === undefined ? [] : [`default ${schema.default}`]),
    ...(schema.description ? [schema.description] : []),
  ];
}

function list(head: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const items = rows.map(([name, text]) => `<dt>${code(name)}</dt><dd>${asText(text)}</dd>`);
  return `<h3>${head}</h3><dl>${items.join('')}</dl>`;
}
