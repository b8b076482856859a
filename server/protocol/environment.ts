/** An environment as it is described to a page. */
import { z } from 'zod';

const axisControlSchema = z.object({
  axis: z.number().int(),
  name: z.string(),
  positiveKeys: z.array(z.string()),
  negativeKeys: z.array(z.string()),
  attack: z.number(),
  release: z.number(),
  rest: z.number(),
  holds: z.boolean().optional(),
  gamepad: z
    .union([
      z.object({
        kind: z.literal('stick'),
        index: z.number().int(),
        sign: z.union([z.literal(1), z.literal(-1)]),
      }),
      z.object({
        kind: z.literal('triggers'),
        positive: z.number().int(),
        negative: z.number().int(),
      }),
    ])
    .optional(),
  along: z.enum(['x', 'y']).optional(),
  reach: z.number().optional(),
  paces: z
    .array(
      z.object({
        name: z.string(),
        keys: z.array(z.string()),
        button: z.number().int().optional(),
        reach: z.number(),
      }),
    )
    .optional(),
});

const endReasonSchema = z.object({
  id: z.string(),
  label: z.string(),
  severity: z.enum(['success', 'failure', 'neutral']),
});
export type EndReason = z.infer<typeof endReasonSchema>;

export const environmentSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  better: z
    .string()
    .optional()
    .describe('What makes one attempt better than another; absent from servers that do not say.'),
  controlDt: z.number(),
  horizon: z.number(),
  observationNames: z.array(z.string()).optional(),
  actionNames: z.array(z.string()),
  actionLow: z.array(z.number()),
  actionHigh: z.array(z.number()),
  controls: z.array(axisControlSchema),
  endReasons: z
    .array(endReasonSchema)
    .optional()
    .describe('Why episodes end, in words; absent from servers that do not say.'),
  overlays: z.boolean().optional().describe('Whether contacts and joints, or rays, can be shown.'),
  rays: z.boolean().optional().describe('Whether those are rays that the agent observes.'),
});
export type WireEnvironment = z.infer<typeof environmentSchema>;
