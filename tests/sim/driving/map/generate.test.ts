import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapOptions, RoadMap } from '../../../../sim/driving/map/contract.ts';
import { generateMap } from '../../../../sim/driving/map/generate.ts';
import { checkMap } from './check-map.ts';

const options: MapOptions = { blocks: 3, lanes: 3, laneWidth: 3.5 };
const seeds = fc.integer({ min: 0, max: 2 ** 40 });

function numbers(map: RoadMap): string {
  return JSON.stringify([map.lanes, map.roads, map.blocks, map.destination]);
}

describe('[MAP-2] generated maps', () => {
  it('[MAP-2] are connected, free of overlaps and drivable at their speed limits', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        (seed, blocks, lanes) => checkMap(generateMap(seed, { ...options, blocks, lanes })),
      ),
      { numRuns: 120 },
    );
  });

  it('[MAP-2] hold for every block kind alone and behind every other', () => {
    for (const a of 'SCrRXTOyY') {
      checkMap(generateMap(7, { ...options, sequence: a }));
      for (const b of 'SCrRXTOyY') {
        checkMap(
          generateMap(11, { ...options, lanes: 2 + (b === 'y' ? 1 : 0), sequence: `S${b}` }),
        );
        checkMap(generateMap(13, { ...options, sequence: a + b }));
      }
    }
  });

  it('[MAP-3] are the same for the same seed and options, and differ between seeds', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(numbers(generateMap(seed, options))).toBe(numbers(generateMap(seed, options)));
        expect(numbers(generateMap(seed, options))).not.toBe(
          numbers(generateMap(seed + 1, options)),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('[MAP-4] place the named blocks in order behind the first one', () => {
    const map = generateMap(3, { ...options, sequence: 'SCXTO' });
    expect(map.blocks.map((block) => block.kind).join('')).toBe('FSCXTO');
  });

  it('[MAP-4] draw block kinds with their published probabilities', () => {
    const counts: Record<string, number> = {};
    for (let seed = 0; seed < 600; seed++) {
      const kind = generateMap(seed, { ...options, lanes: 1, blocks: 1 }).blocks[1]!.kind;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    const expected = { C: 0.3, S: 0.1, r: 0.1, R: 0.1, X: 0.15, T: 0.15, O: 0.1 };
    for (const [kind, probability] of Object.entries(expected)) {
      const deviation = Math.sqrt(600 * probability * (1 - probability));
      expect(Math.abs((counts[kind] ?? 0) - 600 * probability)).toBeLessThan(4 * deviation);
    }
  });
});

describe('[MAP-5] bad options are refused by name, value and range', () => {
  it.each([
    [{ lanes: 0 }, /lanes is 0; allowed: whole numbers 1 to 5/],
    [{ lanes: 6 }, /lanes is 6/],
    [{ lanes: 2.5 }, /lanes is 2.5/],
    [{ blocks: 0 }, /blocks is 0; allowed: whole numbers 1 to 20/],
    [{ laneWidth: Number.NaN }, /laneWidth is NaN; allowed: 2.5 to 5/],
    [{ sequence: 'SQ' }, /map: is "SQ" with the letter "Q"; allowed: S C r R X T O y Y/],
    [{ sequence: '' }, /sequence has 0 letters/],
    [{ sequence: 'SYYY' }, /letter 4 \("Y"\) leaves 6 lanes; allowed: 1 to 5/],
    [{ sequence: 'y', lanes: 1 }, /leaves 0 lanes/],
  ] as const)('[MAP-5] %j', (bad, message) => {
    expect(() => generateMap(1, { ...options, ...bad })).toThrow(message);
  });

  it('[MAP-5] a seed', () => {
    expect(() => generateMap(-1, options)).toThrow(/seed is -1/);
  });

  it('[MAP-6] a layout that cannot be found ends in an error that names the seed', () => {
    // Twenty wide crossings in a row hardly ever fit; whatever happens, it happens soon.
    for (let seed = 0; seed < 3; seed++) {
      try {
        const map = generateMap(seed, { ...options, lanes: 5, sequence: 'O'.repeat(20) });
        expect(map.blocks).toHaveLength(21);
      } catch (error) {
        expect((error as Error).message).toContain(`map seed ${seed}`);
      }
    }
  });
});

describe('[MAP-7] lanesAt', () => {
  it('[MAP-7] finds the lanes that a search over all lanes finds, nearest first', () => {
    const out = new Int32Array(64);
    const position = { s: 0, lateral: 0 };
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const map = generateMap(5, { ...options, sequence: 'XOr' });
    const { minX, maxX, minY, maxY } = map.bounds;
    fc.assert(
      fc.property(unit, unit, fc.double({ min: 0, max: 12, noNaN: true }), (u, v, margin) => {
        const [x, y] = [minX + u * (maxX - minX), minY + v * (maxY - minY)];
        const expected = map.lanes.filter((lane) => {
          lane.project(x, y, position);
          const [from, to] = [-margin - 1e-9, lane.length + margin + 1e-9]; // rounding, at a lane's end
          const inside = position.s >= from && position.s <= to;
          return inside && Math.abs(position.lateral) <= lane.width / 2 + margin;
        });
        const count = map.lanesAt(x, y, margin, out);
        const ids = [...out.subarray(0, count)];
        if (expected.length <= out.length) {
          expect(ids.toSorted((a, b) => a - b)).toEqual(expected.map((lane) => lane.id));
        }
        let last = 0;
        for (const id of ids) {
          map.lanes[id]!.project(x, y, position);
          expect(Math.abs(position.lateral)).toBeGreaterThanOrEqual(last);
          last = Math.abs(position.lateral);
        }
      }),
      { numRuns: 300, examples: [[0, 0.39192382422338046, 0]] },
    );
  });
});
