/** How a preset changes where people answer. */

/** Share of comparisons that are asked again: people do not always agree with themselves. */
const REPEAT_SHARE = 0.05;

/** Pairs that look the same cost a person's time and teach nothing. */
const MIN_DIFFERENCE = 0.1;

/**
 * Changes to a preset (`{learner, reward, queries, scheduler}`) with those for people beneath them.
 * @throws RangeError for a schedule that cannot be followed.
 */
export function forPeople(overrides: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { queries = {} } = overrides;
  if (typeof queries !== 'object' || queries === null) return { ...overrides }; // refused by name
  const { schedule, budget } = queries as { schedule?: unknown; budget?: unknown };
  // A preset's own schedule is for runs of known length. A schedule that is set here needs a number of answers.
  if ((schedule === 'decreasing' || schedule === 'increasing') && budget === undefined)
    throw new RangeError(
      `queries.schedule: is ${schedule}, needs queries.budget (answers in all, over queries.budgetSteps ` +
        'environment steps) in serve, where people answer as they like; allowed without one: constant',
    );
  return {
    ...overrides,
    queries: { repeatShare: REPEAT_SHARE, minDifference: MIN_DIFFERENCE, ...queries },
  };
}
