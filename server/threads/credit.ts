/** Steps that rollouts may make before the learner has asked for any: both threads start from it. */
export const FIRST_CREDIT = 1500;
