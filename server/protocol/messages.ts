/** Every JSON message on the wire, both directions. Types derive from the schemas. */
import { z } from 'zod';
import { ALERT_CODES } from './alerts.ts';
import { conditionSchema } from './ask.ts';
import { wireCampaignSchema } from './campaign.ts';
import { controlSchema } from './control.ts';
import { environmentSchema } from './environment.ts';
import { ERROR_CODES } from './errors.ts';
import { feedbackSchema } from './feedback.ts';
import { id, segment, time } from './fields.ts';
import { querySchema, queueSchema } from './query.ts';
import { wireStudySchema } from './study.ts';
import { counterfactualSchema, takeoverTotalsSchema } from './takeover.ts';
import { MOST_LIVE, OVERSIGHT_MODES, PROTOCOL_VERSION } from './version.ts';

// ---------------------------------------------------------------- client to server

export const clientMessageSchema = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('hello'),
      protocol: z.number().int(),
      teacherId: id.describe('Stable per person and browser; pseudonymous.'),
      name: z.string().max(80).optional(),
    })
    .describe('First of all.'),
  controlSchema,
  z
    .object({ type: z.literal('feedback'), feedback: feedbackSchema })
    .describe(
      'Anything that a person says; acknowledged once it is on disk. The same id again changes nothing.',
    ),
  z
    .object({
      type: z.literal('request-clip'),
      tag: z.number().int().min(0).max(0xffffffff),
      segment,
    })
    .describe('Poses of a segment, answered by a binary clip with the same tag.'),
  z
    .object({
      type: z.literal('look'),
      live: z
        .number()
        .int()
        .min(0)
        .max(MOST_LIVE - 1),
      wall: z.boolean(),
    })
    .describe(
      'Which of the live simulations this page sees whole and drives, from 0 (at first: 0), and whether it wants scenes and some frames of the others. Statuses come of all.',
    ),
  z
    .object({ type: z.literal('ask-queries'), count: z.number().int().min(0).max(16) })
    .describe(
      'How many queries the person wants to hold; 0: none any more. Nobody is given any without it.',
    ),
  z
    .object({ type: z.literal('show-query'), queryId: id.nullable() })
    .describe(
      'The query that the page has on screen, or null: it does not expire while it is there.',
    ),
  z
    .object({ type: z.literal('pass-query'), queryId: id })
    .describe('A query to rank or rate that the person declines to answer.'),
  z
    .object({ type: z.literal('agree'), consent: z.string().regex(/^[0-9a-f]{64}$/) })
    .describe('The person agrees to the study’s text of that hash.'),
  z
    .object({ type: z.literal('open-instructions'), textHash: z.string().regex(/^[0-9a-f]{64}$/) })
    .describe('The person has opened the campaign’s instructions of that hash.'),
  z
    .object({ type: z.literal('request-history'), since: z.number().min(0) })
    .describe('Send metrics history since that learner update (0: all).'),
  z
    .object({ type: z.literal('ping'), sentAt: time, roundTripMs: z.number().min(0).optional() })
    .describe('Answered by `pong`.'),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

// ---------------------------------------------------------------- server to client

const alertSchema = z
  .object({
    type: z.literal('alert'),
    id: z.string(),
    severity: z.enum(['info', 'warning', 'error', 'cleared']),
    code: z.enum(ALERT_CODES),
    message: z.string(),
    tip: z.string().optional(),
  })
  .describe(
    "A person must know this. Keyed by `id`, so that it cannot spam; `severity: 'cleared'` removes it.",
  );

/** Named numbers at one moment. Stored history may hold names of earlier versions. */
const metricsPointSchema = z.object({
  time: z.number().describe('Wall clock, ms since epoch.'),
  environmentSteps: z.number(),
  learnerUpdates: z.number(),
  values: z.record(z.string(), z.number()),
});
export type MetricsPoint = z.infer<typeof metricsPointSchema>;

const episodeSummarySchema = z.object({
  episodeId: z.string(),
  seed: z.number(),
  length: z.number(),
  end: z.string(),
  endReason: z.string(),
  live: z.boolean(),
  return: z.number(),
  learnedReturn: z.number().nullable(),
  cost: z.number(),
  success: z.boolean(),
  humanSteps: z.number(),
  clippedActions: z
    .number()
    .optional()
    .describe('Steps on which a person asked for more than the action space allows.'),
  askedSteps: z.number().optional().describe('Steps on which the agent asked for a person.'),
  policyVersion: z.number(),
  endedAt: z.number(),
});
export type EpisodeSummary = z.infer<typeof episodeSummarySchema>;

export const serverMessageSchema = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('welcome'),
      protocol: z.literal(PROTOCOL_VERSION),
      serverVersion: z.string(),
      sessionId: z.string(),
      runId: z.string(),
      environment: environmentSchema,
      preset: z.string(),
      backend: z.object({ name: z.enum(['onnx', 'native', 'wasm', 'cpu']), reason: z.string() }),
      serverTime: z.number(),
      /**
       * A finished policy drives, and nothing learns: the name of its file and the environment that it was trained
       * on. `isWatched`: nothing is kept, and people neither drive nor give feedback. Absent: it learns.
       */
      policy: z
        .object({ name: z.string(), trainedOn: z.string(), isWatched: z.boolean() })
        .optional(),
      lives: z
        .number()
        .int()
        .optional()
        .describe('Live simulations that run side by side; absent: one.'),
      hasPeople: z
        .boolean()
        .optional()
        .describe(
          'Several people are asked the same, their answers are watched, or there are campaigns: there is something to look after.',
        ),
      person: z
        .object({ id: z.string().nullable(), name: z.string().nullable(), role: z.string() })
        .optional()
        .describe(
          'Who is signed in here; without accounts the one owner of the server, who has no id.',
        ),
      study: wireStudySchema
        .optional()
        .describe('Of the study that the server takes part in; absent: none.'),
    })
    .describe('Answers `hello`: what runs here, and who you are.'),
  z
    .object({ type: z.literal('agreed'), consent: z.string() })
    .describe('The agreement is on disk.'),
  z
    .object({ type: z.literal('scene'), sceneId: z.number(), scene: z.unknown() })
    .describe(
      'A new map or task: `scene` is a SceneDescription with typed arrays packed (see scene.ts).',
    ),
  z
    .object({
      type: z.literal('status'),
      live: z.number().int().optional().describe('Of which live simulation; absent: 0.'),
      state: z.enum(['starting', 'running', 'paused', 'stopped']),
      speed: z.number(),
      sceneId: z.number(),
      episodeId: z.string(),
      episodeNumber: z.number(),
      seed: z.number(),
      controller: z.enum(['policy', 'human', 'safe']),
      request: z
        .enum(['none', 'take-over', 'hand-back'])
        .optional()
        .describe(
          'What the agent says: drive for me; or, while a person drives: you may let go. Absent: none.',
        ),
      holder: z.string().nullable().describe('Teacher who holds the controls.'),
      holderName: z.string().optional().describe('How they are called; absent: nobody drives.'),
      holderSession: z
        .string()
        .nullable()
        .optional()
        .describe(
          'The connection from which they do: `welcome.sessionId`. Absent from servers that go by the name.',
        ),
      haltedBy: z
        .string()
        .nullable()
        .optional()
        .describe(
          'Teacher who paused or stopped it, while it waits for a person; null: nobody did.',
        ),
      haltedByName: z.string().optional().describe('How they are called; absent: nobody did.'),
      recorder: z
        .string()
        .nullable()
        .optional()
        .describe('Teacher who records there what they drive, to keep or discard it.'),
      recorderName: z.string().optional().describe('How they are called; absent: nobody does.'),
      recorderSession: z
        .string()
        .nullable()
        .optional()
        .describe('The connection from which they do: `welcome.sessionId`.'),
      releaseTo: z.enum(['policy', 'brake']),
      share: z
        .number()
        .optional()
        .describe('Of the action that is the person’s while they drive; absent: all of it.'),
      oversight: z
        .enum(OVERSIGHT_MODES)
        .optional()
        .describe('How people oversee it; absent: on the loop, people may take over.'),
      ask: z
        .object({
          id: z.number().int(),
          kind: z.enum(['help', 'approval']),
          fallback: z.enum(['drives-on', 'brakes']),
          secondsLeft: z.number().nullable(),
          conditions: z
            .array(conditionSchema)
            .optional()
            .describe('Why: every leaf of the rule that asked, as it stood.'),
        })
        .optional()
        .describe(
          'What people are asked: to drive, or to allow what the agent is about to do; what happens if nobody answers, and in how many seconds of the wall clock (null: it is so already). Absent: nothing.',
        ),
      fadeSeconds: z
        .number()
        .optional()
        .describe('How long control takes to fade back once a person lets go; absent: no time.'),
      policyVersion: z.number(),
      environmentSteps: z.number(),
      learnerUpdates: z.number(),
      labels: z.number(),
      humanSteps: z.number(),
      viewers: z.number(),
      droppedFrames: z.number().describe('Frames dropped for this viewer since it connected.'),
      /** `still`: a finished policy drives, and nothing learns. */
      learner: z.enum(['starting', 'warming-up', 'learning', 'idle', 'restarting', 'still']),
      openQueries: z.number(),
      queue: queueSchema
        .optional()
        .describe(
          'What became of the queries given to people: served = answered + skipped + expired + open.',
        ),
      takeovers: takeoverTotalsSchema
        .optional()
        .describe('Results of the run’s takeovers, by their counterfactuals.'),
    })
    .describe(
      'How a live simulation and the run stand. Sent on change and at least once a second.',
    ),
  z
    .object({ type: z.literal('query'), query: querySchema })
    .describe('This person is given a query.'),
  z
    .object({ type: z.literal('query-expired'), queryId: z.string() })
    .describe('The person does not have the query any more.'),
  z
    .object({
      type: z.literal('standing'),
      state: z.enum(['quiz', 'active', 'paused']),
      answered: z
        .number()
        .describe('Questions of the quiz that are answered, and how many there are.'),
      of: z.number(),
    })
    .describe(
      'To those whose answers are watched: the quiz they begin with, or that their answers do not count for now.',
    ),
  z
    .object({ type: z.literal('campaign'), campaign: wireCampaignSchema })
    .describe(
      'To those who ask for queries, at once and whenever it changes: the campaign that they are asked in. Never sent where none began.',
    ),
  z
    .object({
      type: z.literal('ack'),
      feedbackId: z.string(),
      duplicate: z.boolean(),
      receivedAt: z.number(),
    })
    .describe('The feedback is on disk.'),
  z
    .object({
      type: z.literal('applied'),
      feedbackIds: z.array(z.string()),
      policyVersion: z.number(),
      latencyMs: z.number().describe('From receipt to the actor’s switch, of the newest of them.'),
    })
    .describe('The feedback is in a policy that acts.'),
  z
    .object({ type: z.literal('metrics'), points: z.array(metricsPointSchema) })
    .describe('New figures, or those that `request-history` asked for.'),
  z
    .object({ type: z.literal('episode'), episode: episodeSummarySchema })
    .describe('An episode has ended.'),
  z
    .object({
      type: z.literal('override'),
      feedbackId: z.string(),
      teacherId: z.string(),
      name: z.string().optional().describe('How they are called.'),
      live: z.number().int().optional().describe('In which live simulation; absent: 0.'),
      episodeId: z.string(),
      from: z.number(),
      to: z.number(),
      counterfactual: counterfactualSchema
        .nullable()
        .describe('What would have happened; null while it is being computed or where it is not.'),
    })
    .describe('An override as recorded, with what its counterfactual says.'),
  alertSchema,
  z
    .object({
      type: z.literal('error'),
      code: z.enum(ERROR_CODES),
      message: z.string(),
      ref: z.string().optional(),
    })
    .describe('A refused message; `ref` is the id of what was refused, where it had one.'),
  z
    .object({ type: z.literal('pong'), sentAt: z.number(), serverTime: z.number() })
    .describe('Answers a `ping`.'),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type AlertMessage = z.infer<typeof alertSchema>;
