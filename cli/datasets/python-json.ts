/** JSON as Python's json module reads and writes it: with NaN, Infinity and -Infinity as literals. */
const MARK = '\u0000';

export function pythonJson(value: unknown, indent?: number): string {
  const marked = JSON.stringify(
    value,
    (_key, inner) =>
      typeof inner === 'number' && !Number.isFinite(inner) ? `${MARK}${inner}` : (inner as unknown),
    indent,
  );
  return marked.replace(/"\\u0000(NaN|-?Infinity)"/g, '$1');
}

/** @throws SyntaxError when it is not such JSON. */
export function parsePythonJson(text: string): unknown {
  // Outside of strings only: a string is skipped as a whole.
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g, (token) =>
    token.startsWith('"') ? token : `"\\u0000${token}"`,
  );
  return JSON.parse(marked, (_key, inner) =>
    typeof inner === 'string' && inner.startsWith(MARK) ? Number(inner.slice(1)) : inner,
  );
}
