/** What goes over NATS as bytes comes out as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, parse } from '../../../server/nats/codec.ts';
import { dense, sparse } from '../../../server/nats/sparse.ts';

const bits = (numbers: Float32Array) => [...new Uint32Array(numbers.slice().buffer)];

/** Arrays in which `common` is as frequent as it happens to be, at any place of a larger one. */
const arrays = fc
  .tuple(
    fc.float(),
    fc.array(fc.float(), { maxLength: 40 }),
    fc.nat(3000),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(3),
  )
  .map(([common, others, length, share, offset]) => {
    const numbers = new Float32Array(length + offset).subarray(offset).fill(common);
    const every = Math.max(1, Math.round(1 / Math.max(share, 1e-3)));
    for (let i = 0; i < length; i += every)
      if (others.length > 0) numbers[i] = others[i % others.length]!;
    return numbers;
  });

describe('[NATS-20] numbers of which one is common', () => {
  it('come out bit by bit, −0 and not-a-numbers too', () => {
    fc.assert(
      fc.property(arrays, (numbers) => {
        const thin = sparse(numbers);
        if (thin) expect(bits(dense(thin))).toEqual(bits(numbers));
        const back = parse(pack({ numbers })) as { numbers: Float32Array };
        expect(back.numbers).toBeInstanceOf(Float32Array);
        expect(bits(back.numbers)).toEqual(bits(numbers));
        expect(back.numbers.buffer.byteLength).toBe(back.numbers.byteLength);
      }),
    );
  });

  it('take a bit each where they are the common one', () => {
    const numbers = new Float32Array(259 * 250).fill(1);
    for (let i = 0; i < numbers.length; i += 6) numbers[i] = i;
    expect(pack({ numbers }).length).toBeLessThan(numbers.byteLength / 4);
    const all = Float32Array.from({ length: 5000 }, (_, i) => i);
    expect(sparse(all)).toBeUndefined();
  });

  it('are refused where the parts do not fit', () => {
    const thin = sparse(new Float32Array(2000).fill(1))!;
    expect(() => dense({ ...thin, length: 1e9 })).toThrow('mask: 63 words for 1000000000 numbers');
    expect(() => dense({ ...thin, others: new Uint32Array(1) })).toThrow(
      'others: 1 numbers, expected 0',
    );
    expect(() => dense({ ...thin, mask: thin.mask.map(() => 7) })).toThrow('others: 0 numbers');
    const bad = pack({ $sparse: { mask: 'a0', others: 'a7' }, numbers: new Uint32Array(3) });
    expect(() => parse(bad)).toThrow('a sparse array without its parts');
  });
});
