/** What a page asks of the live simulation, beside its inputs. */
import { z } from 'zod';
import { id, step } from './fields.ts';
import { OVERSIGHT_MODES } from './version.ts';

const seed = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const recordFromSchema = z.union([
  z.strictObject({ seed: seed.optional() }),
  z.strictObject({ episodeId: id, step }),
]);
/** Where a recording begins: a new episode, by default on a seed of training, or a step of a stored or open one. */
export type RecordFrom = z.infer<typeof recordFromSchema>;

export const controlSchema = z.discriminatedUnion('action', [
  z
    .object({ type: z.literal('control'), id, action: z.literal('play') })
    .describe('The live loop runs.'),
  z
    .object({ type: z.literal('control'), id, action: z.literal('pause') })
    .describe('The live loop stands still.'),
  z
    .object({ type: z.literal('control'), id, action: z.literal('step') })
    .describe('One control step while paused.'),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('reset'),
      seed: seed.optional(),
    })
    .describe('Start a new episode, optionally with a chosen seed.'),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('speed'),
      factor: z.number().min(0.1).max(8),
    })
    .describe('Real-time factor of the live loop.'),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('rewind'),
      seconds: z.number().min(0.1).max(60),
    })
    .describe(
      'Go back by `seconds`, at most to the episode’s start; the live loop is then paused.',
    ),
  z
    .object({ type: z.literal('control'), id, action: z.literal('record'), from: recordFromSchema })
    .describe(
      'Record what this connection drives from there, to be kept or discarded: it is an episode that nothing learns from unless feedback names it. Time passes only while it drives.',
    ),
  z
    .object({ type: z.literal('control'), id, action: z.literal('end-recording') })
    .describe('The recording ends; a new episode begins.'),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('release-to'),
      target: z.enum(['policy', 'brake']),
    })
    .describe('What happens when an operator lets go or falls silent.'),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('share'),
      share: z.number().min(0.1).max(1),
    })
    .describe(
      'Of the executed action that is the person’s while they drive, on the axes that they move; the rest is the policy’s. 1: all of it.',
    ),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('fade'),
      seconds: z.number().min(0).max(2),
    })
    .describe(
      'How long control takes to fade back to the policy once a person lets go; 0: no time.',
    ),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('oversight'),
      mode: z.enum(OVERSIGHT_MODES),
    })
    .describe(
      'in: what is risky waits for a person to allow it; on: people may take over; out: nobody may. In the audit log.',
    ),
  z
    .object({
      type: z.literal('control'),
      id,
      action: z.literal('answer'),
      ask: z.number().int().min(1),
      isYes: z.boolean(),
    })
    .describe(
      'Allow what the `ask` of the status is about, or not; a call for help can be declined. Another ask than the present one is not answered.',
    ),
  z
    .object({ type: z.literal('control'), id, action: z.literal('overlays'), on: z.boolean() })
    .describe('Whether this viewer wants contacts, joints and forces in the frames.'),
  z
    .object({ type: z.literal('control'), id, action: z.literal('estop') })
    .describe('Emergency stop: safe action until `play`.'),
]);

export type ControlMessage = z.infer<typeof controlSchema>;
