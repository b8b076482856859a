/** Which rule finds whom: what the tests beside this hold a server against, and the table in docs/people.md. */
import type { CharacterName } from '../../../cli/workforce/characters.ts';

/** `either`: it depends on chance. */
export type Cell = 'found' | 'passes' | 'either';

export const RULES = [
  'quiz',
  'known questions',
  'repeats alone',
  'viewing',
  'circles',
  'consensus',
  'κ',
  'side',
  'rationality',
] as const;
export type Rule = (typeof RULES)[number];

const row = (...cells: readonly Cell[]): Readonly<Record<Rule, Cell>> =>
  Object.fromEntries(RULES.map((rule, i) => [rule, cells[i]!])) as Record<Rule, Cell>;

export const MATRIX: Readonly<Record<CharacterName, Readonly<Record<Rule, Cell>>>> = {
  good: row(
    'passes',
    'passes',
    'passes',
    'passes',
    'passes',
    'passes',
    'passes',
    'passes',
    'passes',
  ),
  weak: row(
    'either',
    'either',
    'either',
    'passes',
    'either',
    'either',
    'either',
    'either',
    'either',
  ),
  random: row('found', 'found', 'either', 'passes', 'found', 'found', 'found', 'either', 'found'),
  flipped: row('found', 'found', 'either', 'passes', 'passes', 'found', 'found', 'either', 'found'),
  'left-biased': row(
    'either',
    'either',
    'either',
    'passes',
    'either',
    'either',
    'either',
    'found',
    'either',
  ),
  lazy: row('either', 'found', 'either', 'passes', 'either', 'found', 'either', 'found', 'either'),
  'fast-clicker': row(
    'either',
    'either',
    'either',
    'found',
    'either',
    'either',
    'either',
    'either',
    'either',
  ),
  'gold-spotter': row(
    'passes',
    'either',
    'found',
    'passes',
    'either',
    'either',
    'either',
    'either',
    'either',
  ),
  'drop-out': row(
    'passes',
    'passes',
    'passes',
    'passes',
    'either',
    'either',
    'either',
    'either',
    'either',
  ),
};

/** Lines of the table in docs/people.md. */
export function matrixTable(): string {
  const shown: Record<Cell, string> = { found: '**found**', passes: 'passes', either: '·' };
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['person', ...RULES]),
    line(['person', ...RULES].map(() => '---')),
    ...Object.entries(MATRIX).map(([name, cells]) =>
      line([name, ...RULES.map((rule) => shown[cells[rule]])]),
    ),
  ].join('\n');
}
