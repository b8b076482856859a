/**
 * The observations of all slots, without loss in less room: a number that is the upper bound of its place, as that of a
 * lidar ray is that meets nothing, takes a bit. In `driving` five of six numbers are.
 *
 * Slots lie in pages. The one that is written to is plain, and packed once another one is written to.
 */
import type { SavedArrays } from '../nn/adam.ts';
import { release } from '../release.ts';
import { copy } from './columns.ts';

export interface ObservationRows {
  /** What they take. */
  readonly bytes: number;
  /** Row `row` of `from`, (n, d), becomes that of `slot`. */
  write(slot: number, from: Float32Array, row: number): void;
  /** Copies what was written to `slot` to row `row` of `into`, (n, d). */
  read(slot: number, into: Float32Array, row: number): void;
  /** Arrays are those that are held: copy them before anything else is called. */
  save(into: SavedArrays): void;
  /** Also of earlier checkpoints, which have plain rows. @throws RangeError where there are not `rows` of them */
  load(arrays: Readonly<Record<string, Float32Array>>, rows: number): void;
}

/** Numbers of a plain page, about, and its most rows. */
const PAGE_NUMBERS = 2 ** 18;
const MOST_ROWS = 1024;
/** Bits in a word of the mask: what 32-bit floats count exactly, so that words are saved as they are. */
const WORD = 24;

/** Of earlier checkpoints. */
const PLAIN = 'replay/observations';
const masksName = (page: number) => `replay/observations/${page}/masks`;
const numbersName = (page: number) => `replay/observations/${page}/numbers`;

interface Page {
  /** Of every row a bit per number: 1 where it is among `numbers`, 0 where it is the upper bound. */
  readonly masks: Float32Array;
  /** Row after row. */
  readonly numbers: Float32Array;
  /** Where each row's numbers start. */
  readonly starts: Uint32Array;
}

/** `high`: the upper bounds of an observation, (d). */
export function createObservationRows(high: Float32Array): ObservationRows {
  const d = high.length;
  const words = Math.ceil(d / WORD);
  const shift = Math.floor(Math.log2(Math.max(2, Math.min(MOST_ROWS, PAGE_NUMBERS / d))));
  const pageRows = 2 ** shift;
  const pages: Page[] = [];
  const plain = new Float32Array(pageRows * d);
  /** The page that is plain, its rows, and whether `pages` has all of them. */
  const open = { page: 0, rows: 0, isPacked: false };

  function pack(): void {
    if (open.isPacked || open.rows === 0) return;
    drop(pages[open.page]);
    pages[open.page] = packed(plain, open.rows, high);
    open.isPacked = true;
  }

  function turnTo(page: number): void {
    if (page === open.page) return;
    pack();
    const there = pages[page];
    const rows = there?.starts.length ?? 0;
    for (let row = 0; row < rows; row++) unpack(there!, row, high, plain, row);
    Object.assign(open, { page, rows, isPacked: true });
  }

  const rows: ObservationRows = {
    get bytes() {
      let bytes = plain.byteLength;
      for (const { masks, numbers, starts } of pages)
        bytes += masks.byteLength + numbers.byteLength + starts.byteLength;
      return bytes;
    },
    write(slot, from, row) {
      turnTo(slot >> shift);
      const at = slot & (pageRows - 1);
      copy(from, row * d, plain, at * d, d);
      open.rows = Math.max(open.rows, at + 1);
      open.isPacked = false;
    },
    read(slot, into, row) {
      const at = slot & (pageRows - 1);
      if (slot >> shift === open.page) copy(plain, at * d, into, row * d, d);
      else unpack(pages[slot >> shift]!, at, high, into, row);
    },
    save(into) {
      pack();
      for (const [page, { masks, numbers }] of pages.entries()) {
        into[masksName(page)] = masks;
        into[numbersName(page)] = numbers;
      }
    },
    load(arrays, count) {
      pages.length = 0;
      Object.assign(open, { page: 0, rows: 0, isPacked: false });
      const earlier = arrays[PLAIN];
      if (earlier) expectCount(PLAIN, earlier.length, count * d);
      for (let slot = 0; earlier && slot < count; slot++) rows.write(slot, earlier, slot);
      if (earlier) return;
      const one = new Float32Array(d);
      let slot = 0;
      for (let page = 0; slot < count; page++) {
        const saved = savedPage(arrays, page, words);
        for (let row = 0; row < saved.starts.length && slot < count; row++, slot++) {
          unpack(saved, row, high, one, 0);
          rows.write(slot, one, 0);
        }
      }
    },
  };
  return rows;
}

/** The first `rows` of `plain`. */
function packed(plain: Float32Array, rows: number, high: Float32Array): Page {
  const d = high.length;
  const words = Math.ceil(d / WORD);
  const masks = new Float32Array(rows * words);
  const numbers = new Float32Array(rows * d);
  let count = 0;
  const starts = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    starts[row] = count;
    for (let i = 0; i < d; i++) {
      const value = plain[row * d + i]!;
      if (Object.is(value, high[i])) continue; // −0 is not 0
      masks[row * words + Math.floor(i / WORD)]! += 2 ** (i % WORD);
      numbers[count++] = value;
    }
  }
  const kept = numbers.slice(0, count);
  release([numbers.buffer]);
  return { masks, numbers: kept, starts };
}

function unpack(page: Page, row: number, high: Float32Array, into: Float32Array, at: number): void {
  const d = high.length;
  const words = Math.ceil(d / WORD);
  let next = page.starts[row]!;
  for (let word = 0; word < words; word++) {
    const from = word * WORD;
    const to = at * d + from;
    copy(high, from, into, to, Math.min(WORD, d - from));
    for (let mask = page.masks[row * words + word]!; mask !== 0; mask &= mask - 1)
      into[to + 31 - Math.clz32(mask & -mask)] = page.numbers[next++]!;
  }
}

/** @throws RangeError where there is none, or one that is cut short */
function savedPage(
  arrays: Readonly<Record<string, Float32Array>>,
  page: number,
  words: number,
): Page {
  const [masks, numbers] = [arrays[masksName(page)], arrays[numbersName(page)]];
  if (!masks || !numbers)
    throw new RangeError(`checkpoint.${numbersName(page)}: is missing, as are the rows after it`);
  const starts = new Uint32Array(Math.floor(masks.length / words));
  let count = 0;
  for (let i = 0; i < starts.length * words; i++) {
    if (i % words === 0) starts[i / words] = count;
    for (let mask = masks[i]!; mask !== 0; mask &= mask - 1) count++;
  }
  expectCount(numbersName(page), numbers.length, count);
  return { masks, numbers, starts };
}

function expectCount(name: string, found: number, expected: number): void {
  if (found !== expected)
    throw new RangeError(`checkpoint.${name}: has ${found} numbers, expected ${expected}`);
}

function drop(page: Page | undefined): void {
  if (page) release([page.masks, page.numbers].map(({ buffer }) => buffer as ArrayBuffer));
}
