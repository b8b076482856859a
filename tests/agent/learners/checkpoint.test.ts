import { expect, it } from 'vitest';
import {
  checkpointOf,
  fixed,
  generator,
  ifSaved,
  json,
  numbers,
  part,
  variables,
} from '../../../agent/learners/parts/checkpoint.ts';
import { createRandom } from '../../../sim/random.ts';

/** Everything that state can be; as a learner inside a trainer. */
function make(seed: number) {
  const live = Float32Array.of(seed, seed + 1);
  const state = { updates: seed, last: { actor: seed / 2 } };
  const random = createRandom(seed);
  let late: number | undefined = seed;
  const inner = checkpointOf({
    learner: fixed('one'),
    random: generator(random),
    weights: numbers(live),
    missing: undefined,
    ...variables(state),
  });
  const outer = checkpointOf({
    learner: part(inner),
    late: ifSaved(
      json(
        () => late,
        (saved: number) => {
          late = saved;
        },
      ),
    ),
  });
  return { live, state, random, outer, late: () => late };
}

it('[LEARN-14] each piece of state is saved and loaded by its one name', () => {
  const from = make(3);
  from.random.next();
  const saved = from.outer.save();
  expect(Object.keys(saved.arrays)).toEqual(['learner/weights']);
  expect(saved.meta).toMatchObject({
    learner: { learner: 'one', updates: 3, last: { actor: 1.5 } },
    late: 3,
  });
  expect(Object.keys(saved.meta.learner as object)).not.toContain('missing');
  const to = make(5);
  to.outer.load({ arrays: saved.arrays, meta: JSON.parse(JSON.stringify(saved.meta)) });
  expect(to.outer.save()).toEqual(saved);
  expect(to.random.next()).toBe(from.random.next());
  expect([...to.live]).toEqual([3, 4]);
});

it('[LEARN-14] what was saved does not change with what is alive', () => {
  const { outer, live, state } = make(3);
  const saved = outer.save();
  const before = JSON.stringify([saved.meta, [...saved.arrays['learner/weights']!]]);
  live[0] = 9;
  state.last.actor = 9;
  state.updates++;
  expect(JSON.stringify([saved.meta, [...saved.arrays['learner/weights']!]])).toBe(before);
});

it('[LEARN-15] a checkpoint of another kind, or one that lacks numbers, is refused by name', () => {
  const { outer, late } = make(3);
  const { meta, arrays } = outer.save();
  const other = { ...meta, learner: { ...(meta.learner as object), learner: 'two' } };
  expect(() => outer.load({ meta: other, arrays })).toThrow(
    'checkpoint.learner: is two, expected one',
  );
  expect(() => outer.load({ meta, arrays: {} })).toThrow('checkpoint.weights: is missing');
  const { late: _, ...earlier } = meta; // older files do not have it
  outer.load({ meta: earlier, arrays });
  expect(late()).toBe(3);
});
