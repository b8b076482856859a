import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, stateOf } from '../../../sim/gymnasium/bytes.ts';
import { openLink } from '../../../sim/gymnasium/link.ts';
import { getEnvironment, listEnvironments } from '../../../sim/registry.ts';

test('[PY-13] a state of any bytes is numbers and the same bytes again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const state = stateOf(bytes);
      expect([...state].every(Number.isFinite)).toBe(true);
      expect(bytesOf(state)).toEqual(bytes);
      expect(stateOf(bytes, state)).toBe(state);
    }),
  );
});

test('[PY-13] it is known but not listed, and where Python does not listen it says what does', async () => {
  expect(listEnvironments().map(({ id }) => id)).not.toContain('gymnasium');
  await expect(getEnvironment('gymnasium').create({ socket: '/nowhere' })).rejects.toThrow(
    'start it with reins.serve() of Python',
  );
  await expect(openLink('/nowhere')).rejects.toThrow(RangeError);
});
