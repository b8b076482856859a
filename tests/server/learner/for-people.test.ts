import { expect, test } from 'vitest';
import { forPeople } from '../../../server/learner/for-people.ts';

test.each(['decreasing', 'increasing'])(
  '[QRY-7] in serve a schedule %s needs a budget',
  (schedule) => {
    expect(() => forPeople({ queries: { schedule } })).toThrow(
      `queries.schedule: is ${schedule}, needs queries.budget`,
    );
    const whole = { queries: { schedule, budget: 30 } };
    expect(forPeople(whole)).toMatchObject(whole);
    expect(forPeople({ queries: { schedule: 'constant' } })).toMatchObject({
      queries: { schedule: 'constant' },
    });
  },
);
