/** The results of takeovers, on the wire. */
import { z } from 'zod';

/** Of a run so far, by the counterfactuals of its takeovers. */
export const takeoverTotalsSchema = z.object({
  /** Takeovers with a verdict. */
  judged: z.number(),
  /** Of these, with neither a failure nor more cost had the agent driven on. */
  unneeded: z.number(),
  failuresPrevented: z.number(),
  /** Net: negative where people cost more than the agent would have. */
  costPrevented: z.number(),
});
export type TakeoverTotals = Readonly<z.infer<typeof takeoverTotalsSchema>>;

/** What the agent would have done at one takeover, beside what happened in the same steps. */
export const counterfactualSchema = z.object({
  /** Steps over which costs and returns of both are compared. */
  steps: z.number(),
  /** Steps of the branch: until its end, or where it was cut off. */
  length: z.number(),
  cost: z.number(),
  return: z.number(),
  /** Empty: the branch was cut off. */
  endReason: z.string(),
  /** It ended, and not with success. */
  failed: z.boolean(),
  humanReturn: z.number(),
  humanCost: z.number(),
  humanFailed: z.boolean(),
  prevented: z.object({
    /** `cost` minus `humanCost`. */
    cost: z.number(),
    failure: z.boolean(),
    unneeded: z.boolean(),
  }),
});
