import { expect, it } from 'vitest';
import { randomStreamOf } from '../../../server/actors/random-stream.ts';
import { createRandom } from '../../../sim/random.ts';

it('[SRV-44] a hundred actors draw from as many random streams, also from one seed', () => {
  const names = ['live', ...Array.from({ length: 100 }, (_, i) => `r${i}`)];
  const drawn = names.map((name) => createRandom(7, randomStreamOf(name)).next());
  expect(new Set(drawn).size).toBe(names.length);
  expect(randomStreamOf('r2')).toBe(randomStreamOf('r2'));
});
