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

const CELLS: Readonly<Record<string, Cell>> = { f: 'found', p: 'passes', '·': 'either' };
const row = (cells: string): Readonly<Record<Rule, Cell>> =>
  Object.fromEntries(cells.split(' ').map((cell, i) => [RULES[i]!, CELLS[cell]!])) as Record<
    Rule,
    Cell
  >;

export const MATRIX: Readonly<Record<CharacterName, Readonly<Record<Rule, Cell>>>> = {
  good: row('p p p p p p p p p'),
  weak: row('· · · p · · · · ·'),
  random: row('f f · p f f f · f'),
  flipped: row('f f · p p f f · f'),
  'left-biased': row('· · · p · · · f ·'),
  lazy: row('· f · p · f · f ·'),
  'fast-clicker': row('· · · f · · · · ·'),
  'gold-spotter': row('p · f p · · · · ·'),
  'drop-out': row('p p p p · · · · ·'),
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
