import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { loadBackend, tryOperations } from '../../../agent/backend/backend.ts';
import { type NodeUtil, restoreRemovedByNode } from '../../../agent/backend/native-environment.ts';

it('[LEARN-90] what newer Node versions removed is given back, and kept where it is there', () => {
  const bare: NodeUtil = {};
  restoreRemovedByNode(bare);
  const answers = [null, undefined, 0, '', Number.NaN].map((v) => bare.isNullOrUndefined?.(v));
  expect(answers).toEqual([true, true, false, false, false]);
  const own = () => false;
  const old: NodeUtil = { isNullOrUndefined: own };
  restoreRemovedByNode(old);
  expect(old.isNullOrUndefined).toBe(own);
  // The module that CommonJS packages get is one object: giving the function back reaches them.
  const util = createRequire(import.meta.url)('node:util') as NodeUtil;
  restoreRemovedByNode(util);
  expect(util.isNullOrUndefined?.(undefined)).toBe(true);
});

it('[LEARN-91] a backend that lacks an operation is noticed before training begins', async () => {
  const { tf } = await loadBackend({ prefer: 'cpu' });
  expect(() => tryOperations(tf)).not.toThrow();
  const broken = new Proxy(tf, {
    get: (target, name) =>
      name === 'leakyRelu'
        ? () => {
            throw new TypeError('isNullOrUndefined is not a function');
          }
        : Reflect.get(target, name),
  });
  expect(() => tryOperations(broken)).toThrow(/isNullOrUndefined is not a function/);
});
