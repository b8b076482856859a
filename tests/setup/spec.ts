/** docs/SPEC.md lists behaviours in tables, one id a row; names of tests cite the ids in brackets. */

const ROW = /^\| ([A-Z][A-Z0-9]*-\d+) \|/gm;
const CITATION = /\[([A-Z][A-Z0-9]*-\d+)\]/g;
const MAX_LINE = 160;

/** Every id that has a row, in order. A row without an id continues the row above it. */
export function specIds(spec: string): string[] {
  return [...spec.matchAll(ROW)].map((match) => match[1]!);
}

/** Every id that one of the given test files cites. */
export function citedIds(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => [...text.matchAll(CITATION)].map((match) => match[1]!)));
}

/** Lines of a document that are too long to read in a diff, each with its number and length. */
export function overlongLines(text: string): string[] {
  return text
    .split('\n')
    .map((line, index) => ({ number: index + 1, length: line.length }))
    .filter((line) => line.length > MAX_LINE)
    .map((line) => `line ${line.number}: ${line.length} characters`);
}
