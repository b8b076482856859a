/** The results of takeovers, on the wire. */
import { z } from 'zod';

/** Of a run so far, by the counterfactuals of its takeovers. */
export const takeoverTotalsSchema = z.object({
  judged: z.number().describe('Takeovers with a verdict.'),
  unneeded: z
    .number()
    .describe('Of these, with neither a failure nor more cost had the agent driven on.'),
  failuresPrevented: z.number(),
  costPrevented: z
    .number()
    .describe('Net: negative where people cost more than the agent would have.'),
});
export type TakeoverTotals = Readonly<z.infer<typeof takeoverTotalsSchema>>;

/** What the agent would have done at one takeover, beside what happened in the same steps. */
export const counterfactualSchema = z.object({
  steps: z.number().describe('Steps over which costs and returns of both are compared.'),
  length: z.number().describe('Steps of the branch: until its end, or where it was cut off.'),
  cost: z.number(),
  return: z.number(),
  endReason: z.string().describe('Empty: the branch was cut off.'),
  failed: z.boolean().describe('It ended, and not with success.'),
  humanReturn: z.number(),
  humanCost: z.number(),
  humanFailed: z.boolean(),
  prevented: z.object({
    cost: z.number().describe('`cost` minus `humanCost`.'),
    failure: z.boolean(),
    unneeded: z.boolean(),
  }),
});
