import { expect, test } from 'vitest';
import { listEnvironments } from '../../sim/registry.ts';

test.each(listEnvironments().map((factory) => [factory.id, factory] as const))(
  '[ENV-26] %s says in sentences what it is about and what counts as better',
  (_id, { description, better }) => {
    for (const text of [description, better]) {
      expect(text).toMatch(/^[A-Z].{20,}\.$/);
      expect(text).not.toMatch(/Option/); // those are listed by `reins envs --show`
    }
    expect(better).not.toBe(description);
  },
);
