/** Feedback as a client sends it. */
import { z } from 'zod';
import { id, segment, step, text, time } from './fields.ts';

const feedbackBase = {
  id,
  runId: id,
  teacherId: id,
  queryId: id.optional(),
  lease: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Of the `query` message; absent: whichever lease of the query the person holds.'),
  shownAt: time,
  answeredAt: time,
  responseMs: z.number().finite().min(0),
};

/** What a client sends; the server adds `receivedAt`. Mirrors `Feedback` of agent/contract. */
export const feedbackSchema = z.discriminatedUnion('kind', [
  z
    .object({
      ...feedbackBase,
      kind: z.literal('reward'),
      episodeId: id,
      step,
      value: z.number().min(-1).max(1),
    })
    .describe('Good or bad, of what was on the screen at `step`.'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('preference'),
      a: segment,
      b: segment,
      choice: z.enum(['a', 'b', 'equal', 'incomparable', 'skip']),
      strength: z.number().gt(0).max(1).optional(),
      reason: text.optional(),
    })
    .describe('Which of two clips is better; `strength`: how sure.'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('ranking'),
      segments: z.array(segment).min(2).max(8),
      order: z.array(z.number().int().min(0).max(7)).min(2).max(8),
    })
    .refine((f) => f.order.length === f.segments.length, 'order needs one rank per segment')
    .describe('Clips in order: `order` holds a rank for each, 0 is best, equal ranks are ties.'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('rating'),
      segment,
      score: z.number().int().min(0).max(99),
      scale: z.number().int().min(2).max(100),
    })
    .refine((f) => f.score < f.scale, 'score must be below scale')
    .describe('One clip on a scale from 0 to `scale` − 1.'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('override'),
      episodeId: id,
      from: step,
      to: step,
      share: z
        .number()
        .gt(0)
        .lt(1)
        .optional()
        .describe('Of the action that was the person’s; absent: all of it.'),
      counterfactual: segment.optional(),
      predictions: z.array(segment).optional(),
    })
    .refine((f) => f.to > f.from, 'to must be greater than from')
    .describe('Steps [`from`, `to`) in which a person drove.'),
  z
    .object({ ...feedbackBase, kind: z.literal('correction'), segment, corrected: segment })
    .describe('A clip, and how it should have been, from the same state.'),
  z
    .object({ ...feedbackBase, kind: z.literal('demonstration'), segment })
    .describe('A clip to be like.'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('approval'),
      queryId: id,
      decision: z.enum(['allow', 'deny', 'replace']),
      action: z.array(z.number().finite()).max(64).optional(),
    })
    .describe('Whether a risky action may be done, or what instead.'),
  z
    .object({ ...feedbackBase, kind: z.literal('estop'), episodeId: id, step })
    .describe('Who stopped the simulation, and at which step.'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('critique'),
      episodeId: id,
      from: step,
      to: step,
      value: z.number().min(-1).max(1),
      tag: text.optional(),
    })
    .refine((f) => f.to > f.from, 'to must be greater than from')
    .describe('Steps [`from`, `to`) of an episode that are good or bad.'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('retraction'),
      feedbackId: id,
      reason: text.optional(),
    })
    .describe('Takes feedback back; both stay in the log.'),
]);
export type ClientFeedback = z.infer<typeof feedbackSchema>;
