/** Pages that the server shows by itself, where there is no page yet or none to be had: without scripts and files. */

export const asText = (text: string) =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** As the page looks, light and dark. */
const STYLE = `
:root { color-scheme: light dark; --text: #101418; --dim: #495057; --back: #f1f3f5; --card: #fff; --edge: #868e96; --link: #1864ab; --bad: #c92a2a }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ec; --dim: #adb5bd; --back: #0b0e11; --card: #151a1f; --edge: #868e96; --link: #a5d8ff; --bad: #ffa8a8 }
}
body { font: 16px system-ui; max-width: 22rem; margin: 14vh auto 0; padding: 0 1rem; background: var(--back); color: var(--text) }
main { padding: 1.4rem; border-radius: .8rem; background: var(--card); box-shadow: 0 1px 12px #0002 }
h1 { margin: 0 0 1rem; font-size: 1.3rem }
.brand { margin: 0 0 .9rem .2rem; font-weight: 700; font-size: 1.1rem }
form { display: grid; gap: .9rem }
input, button, a { font: inherit; box-sizing: border-box; border-radius: .4rem }
input { width: 100%; margin-top: .25rem; padding: .6rem; border: 1px solid var(--edge); background: var(--back); color: inherit }
button { padding: .7rem; border: 0; background: #1971c2; color: #fff; cursor: pointer }
a { display: block; padding: .6rem; border: 1px solid var(--link); color: var(--link); text-align: center; text-decoration: none }
:focus-visible { outline: 3px solid #4dabf7; outline-offset: 1px }
[role=alert] { color: var(--bad) }
.or { color: var(--dim); text-align: center }
`;

/** @param title in words that are no HTML; @param content is HTML */
export function plainPage(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Reins · ${title}</title><style>${STYLE}</style>
<body><p class="brand">Reins</p><main><h1>${title}</h1>${content}</main></body></html>`;
}
