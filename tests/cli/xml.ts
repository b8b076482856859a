/**
 * Checks that XML is well formed the way a browser does for a stand-alone SVG: tags nest, attributes
 * are quoted and unique, no bare `&` or `<`. Returns the name of the root element.
 * @throws Error that says where it is not.
 */
export function parseXml(text: string): string {
  const open: string[] = [];
  let root = '';
  let rest = text.trim();
  while (rest !== '') {
    const words = /^[^<]+/.exec(rest)?.[0] ?? '';
    if (/&(?!(amp|lt|gt|quot);)/.test(words)) throw new Error(`bare & in "${words}"`);
    rest = rest.slice(words.length);
    if (rest === '') break;
    const tag =
      /^<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(rest) ??
      fail(`no tag at "${rest.slice(0, 60)}"`);
    const [all, closing, name, attributes, empty] = tag as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map((match) => match[1]);
    if (new Set(names).size < names.length) fail(`an attribute twice in ${all}`);
    if (/\b(NaN|undefined|Infinity)\b/.test(attributes)) fail(`not a number in ${all}`);
    if (closing && open.pop() !== name) fail(`${name} closed out of turn`);
    if (!closing && open.length === 0) {
      if (root !== '') fail(`a second root, ${name}`);
      root = name;
    }
    if (!closing && !empty) open.push(name);
    rest = rest.slice(all.length);
  }
  if (open.length > 0) fail(`${open.join(', ')} not closed`);
  return root;
}

function fail(message: string): never {
  throw new Error(message);
}
