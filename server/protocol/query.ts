/** A query as a page is given it, and what became of all that were given. */
import { z } from 'zod';

export const querySchema = z.object({
  id: z.string(),
  runId: z.string(),
  kind: z.enum(['compare', 'rank', 'rate', 'correct', 'demonstrate', 'approve']),
  segments: z.array(z.object({ episodeId: z.string(), from: z.number(), to: z.number() })),
  strategy: z.string(),
  score: z.number(),
  policyVersion: z.number(),
  createdAt: z.number(),
  expiresAt: z.number(),
  expiresAfterEpisodes: z.number().optional(),
  urgent: z.boolean().optional(),
  lease: z
    .number()
    .optional()
    .describe('Token of the lease under which this person has it: an answer names it.'),
});

export const queueSchema = z.object({
  served: z.number(),
  answered: z.number(),
  skipped: z.number(),
  expired: z.number(),
  open: z.number().describe('Somebody has them now.'),
  waiting: z.number().describe('How many more could be given out.'),
  holds: z.boolean().describe('Whether the sum is right.'),
});
export type QueueReport = z.infer<typeof queueSchema>;

export type WireQuery = z.infer<typeof querySchema>;
