/** OpenDRIVE's road marks as lines at a lane's edges. */
import type { LineColour, LineKind } from '../contract.ts';
import { childrenOf, fail, numberOf, textOf, type XmlElement } from './xml.ts';

export interface Mark {
  readonly kind: LineKind;
  readonly colour: LineColour;
}

const NO_MARK: Mark = { kind: 'none', colour: 'white' };

/** First and second line of a mark: for lanes from the lane outwards, for the centre line from left to right. */
const LINES: Readonly<Record<string, readonly [LineKind, LineKind]>> = {
  none: ['none', 'none'],
  grass: ['none', 'none'],
  solid: ['continuous', 'continuous'],
  broken: ['broken', 'broken'],
  'solid solid': ['continuous', 'continuous'],
  'broken broken': ['broken', 'broken'],
  'solid broken': ['continuous', 'broken'],
  'broken solid': ['broken', 'continuous'],
  'botts dots': ['broken', 'broken'],
  edge: ['continuous', 'continuous'],
  curb: ['kerb', 'kerb'],
};

/** Where within a section, from its start, the mark of a lane changes. */
export function markChanges(lane: XmlElement): number[] {
  const marks = ordered(lane);
  const kinds = marks.map((mark) => JSON.stringify(read(mark, 0)) + JSON.stringify(read(mark, 1)));
  return marks.flatMap((mark, i) =>
    i > 0 && kinds[i] !== kinds[i - 1] ? [numberOf(mark, 'sOffset', 0)] : [],
  );
}

/** The mark of a lane `offset` metres into its section. @param which the first or the second line of it. */
export function markAt(lane: XmlElement | undefined, offset: number, which: 0 | 1): Mark {
  if (!lane) return NO_MARK;
  const marks = ordered(lane).filter((mark) => numberOf(mark, 'sOffset', 0) <= offset + 1e-6);
  const last = marks.at(-1);
  return last ? read(last, which) : NO_MARK;
}

function ordered(lane: XmlElement): XmlElement[] {
  const marks = childrenOf(lane, 'roadMark');
  return marks.sort((a, b) => numberOf(a, 'sOffset', 0) - numberOf(b, 'sOffset', 0));
}

function read(mark: XmlElement, which: 0 | 1): Mark {
  const type = textOf(mark, 'type');
  // `custom` says how it looks in elements of its own.
  const lines = LINES[type] ?? (type === 'custom' ? LINES[customType(mark)] : undefined);
  if (!lines) {
    return fail(mark, `type: is "${type}", allowed ${Object.keys(LINES).join(', ')}, custom`);
  }
  const colour = mark.attributes['color'] === 'yellow' ? 'yellow' : 'white';
  return { kind: lines[which], colour };
}

function customType(mark: XmlElement): string {
  const lines = mark.children.flatMap((child) => childrenOf(child, 'line'));
  return lines.some((line) => numberOf(line, 'space', 0) > 0) ? 'broken' : 'solid';
}
