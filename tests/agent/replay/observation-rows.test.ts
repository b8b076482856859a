import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createObservationRows } from '../../../agent/replay/observation-rows.ts';

/** Upper bounds of `d` numbers, of every kind there is. */
const bounds = (d: number) =>
  Float32Array.from({ length: d }, (_, i) => [1, 0, Number.POSITIVE_INFINITY, -2.5][i % 4]!);

/** An observation with many numbers at their bounds, and some that are nearly so or no numbers. */
function observation(high: Float32Array): fc.Arbitrary<Float32Array> {
  const odd = fc.constantFrom(0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-40, 0.1);
  const places = [...high].map((bound) => fc.oneof(fc.constant(bound), odd));
  return fc.tuple(...places).map((numbers) => Float32Array.from(numbers));
}

/** Widths on both sides of one word and of two. */
const widths = fc.constantFrom(1, 3, 23, 24, 25, 49);

it('[MEM-15] observations come back bit by bit, whatever is written where, also from a checkpoint', () => {
  fc.assert(
    fc.property(
      widths.chain((d) =>
        fc.record({
          high: fc.constant(bounds(d)),
          written: fc.array(
            fc.record({ skip: fc.integer({ min: 0, max: 900 }), row: observation(bounds(d)) }),
            { minLength: 1, maxLength: 40 },
          ),
          capacity: fc.integer({ min: 1, max: 5000 }),
        }),
      ),
      ({ high, written, capacity }) => {
        const d = high.length;
        const rows = createObservationRows(high);
        const plain = new Map<number, Float32Array>();
        const zero = new Float32Array(d);
        const write = (slot: number, row: Float32Array) => {
          rows.write(slot, row, 0);
          plain.set(slot, row);
        };
        let slot = 0;
        for (const { skip, row } of written) {
          for (let i = 0; i < skip; i++) write(slot++ % capacity, zero);
          write(slot++ % capacity, row);
        }
        const arrays = {};
        rows.save(arrays);
        const again = createObservationRows(high);
        again.load(structuredClone(arrays), plain.size);
        const out = new Float32Array(3 * d);
        for (const held of [rows, again])
          for (const [at, row] of plain) {
            held.read(at, out, 1);
            if (!row.every((value, i) => Object.is(out[d + i], value)))
              expect({ at, row: out.slice(d, 2 * d) }).toEqual({ at, row });
          }
      },
    ),
    { numRuns: 40 },
  );
});

it('[MEM-15] of lidar that mostly meets nothing they take a quarter, and a save takes no copy', () => {
  const high = new Float32Array(259).fill(1);
  const rows = createObservationRows(high);
  const plain = new Float32Array(20_000 * 259);
  for (let i = 0; i < plain.length; i++) plain[i] = i % 6 === 0 ? Math.sin(i) : 1;
  for (let slot = 0; slot < 20_000; slot++) rows.write(slot, plain, slot);
  expect(rows.bytes).toBeLessThan(plain.byteLength / 4);
  const [first, second]: Record<string, Float32Array>[] = [{}, {}];
  rows.save(first!);
  rows.save(second!);
  for (const [name, { buffer }] of Object.entries(first!))
    expect(second![name]!.buffer).toBe(buffer);
});

it('[MEM-15] a checkpoint from before, in plain rows, is read; one that is cut short is refused', () => {
  const high = bounds(5);
  const plain = Float32Array.from({ length: 15 }, (_, i) => high[i % 5]! + (i % 2));
  const rows = createObservationRows(high);
  rows.load({ 'replay/observations': plain }, 3);
  const out = new Float32Array(5);
  for (let slot = 0; slot < 3; slot++) {
    rows.read(slot, out, 0);
    expect(out).toEqual(plain.slice(slot * 5, slot * 5 + 5));
  }
  const arrays: Record<string, Float32Array> = {};
  rows.save(arrays);
  const name = 'replay/observations/0/numbers';
  expect(() => rows.load({ ...arrays, [name]: arrays[name]!.slice(1) }, 3)).toThrow(
    `checkpoint.${name}: has ${arrays[name]!.length - 1} numbers, expected ${arrays[name]!.length}`,
  );
  delete arrays[name];
  expect(() => rows.load(arrays, 3)).toThrow(`checkpoint.${name}: is missing`);
  expect(() => rows.load({ 'replay/observations': plain }, 4)).toThrow(
    'checkpoint.replay/observations: has 15 numbers, expected 20',
  );
});
