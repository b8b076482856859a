/** Every JSON message on the wire, both directions. Types derive from the schemas. */
import { z } from 'zod';
import { ALERT_CODES } from './alerts.ts';
import { environmentSchema } from './environment.ts';
import { ERROR_CODES } from './errors.ts';
import { querySchema, queueSchema } from './query.ts';
import { wireStudySchema } from './study.ts';
import { counterfactualSchema, takeoverTotalsSchema } from './takeover.ts';
import { LIMITS, PROTOCOL_VERSION } from './version.ts';

const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.:-]+$/, 'letters, digits and . _ : - only');
const step = z.number().int().min(0).max(100_000_000);
const time = z.number().finite().min(0);
const text = z.string().max(LIMITS.textLength);
const segment = z
  .object({ episodeId: id, from: step, to: step })
  .refine((s) => s.to > s.from, 'to must be greater than from');

// ---------------------------------------------------------------- feedback

const feedbackBase = {
  id,
  runId: id,
  teacherId: id,
  queryId: id.optional(),
  /** Of the `query` message; absent: whichever lease of the query the person holds. */
  lease: z.number().int().min(1).optional(),
  shownAt: time,
  answeredAt: time,
  responseMs: z.number().finite().min(0),
};

/** What a client sends; the server adds `receivedAt`. Mirrors `Feedback` of agent/contract. */
export const feedbackSchema = z.discriminatedUnion('kind', [
  z.object({
    ...feedbackBase,
    kind: z.literal('reward'),
    episodeId: id,
    step,
    value: z.number().min(-1).max(1),
  }),
  z.object({
    ...feedbackBase,
    kind: z.literal('preference'),
    a: segment,
    b: segment,
    choice: z.enum(['a', 'b', 'equal', 'incomparable', 'skip']),
    strength: z.number().gt(0).max(1).optional(),
    reason: text.optional(),
  }),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('ranking'),
      segments: z.array(segment).min(2).max(8),
      order: z.array(z.number().int().min(0).max(7)).min(2).max(8),
    })
    .refine((f) => f.order.length === f.segments.length, 'order needs one rank per segment'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('rating'),
      segment,
      score: z.number().int().min(0).max(99),
      scale: z.number().int().min(2).max(100),
    })
    .refine((f) => f.score < f.scale, 'score must be below scale'),
  z
    .object({
      ...feedbackBase,
      kind: z.literal('override'),
      episodeId: id,
      from: step,
      to: step,
      counterfactual: segment.optional(),
      predictions: z.array(segment).optional(),
    })
    .refine((f) => f.to > f.from, 'to must be greater than from'),
  z.object({ ...feedbackBase, kind: z.literal('correction'), segment, corrected: segment }),
  z.object({ ...feedbackBase, kind: z.literal('demonstration'), segment }),
  z.object({
    ...feedbackBase,
    kind: z.literal('approval'),
    queryId: id,
    decision: z.enum(['allow', 'deny', 'replace']),
    action: z.array(z.number().finite()).max(64).optional(),
  }),
  z.object({ ...feedbackBase, kind: z.literal('estop'), episodeId: id, step }),
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
    .refine((f) => f.to > f.from, 'to must be greater than from'),
  z.object({
    ...feedbackBase,
    kind: z.literal('retraction'),
    feedbackId: id,
    reason: text.optional(),
  }),
]);
export type ClientFeedback = z.infer<typeof feedbackSchema>;

// ---------------------------------------------------------------- client to server

const controlSchema = z.discriminatedUnion('action', [
  z.object({ type: z.literal('control'), id, action: z.literal('play') }),
  z.object({ type: z.literal('control'), id, action: z.literal('pause') }),
  /** One control step while paused. */
  z.object({ type: z.literal('control'), id, action: z.literal('step') }),
  /** Start a new episode, optionally with a chosen seed. */
  z.object({
    type: z.literal('control'),
    id,
    action: z.literal('reset'),
    seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  }),
  /** Real-time factor of the live loop. */
  z.object({
    type: z.literal('control'),
    id,
    action: z.literal('speed'),
    factor: z.number().min(0.1).max(8),
  }),
  /** Go back by `seconds`, at most to the episode's start; the live loop is then paused. */
  z.object({
    type: z.literal('control'),
    id,
    action: z.literal('rewind'),
    seconds: z.number().min(0.1).max(60),
  }),
  /** What happens when an operator lets go or falls silent. */
  z.object({
    type: z.literal('control'),
    id,
    action: z.literal('release-to'),
    target: z.enum(['policy', 'brake']),
  }),
  /** Whether this viewer wants contacts, joints and forces in the frames. */
  z.object({ type: z.literal('control'), id, action: z.literal('overlays'), on: z.boolean() }),
  /** Emergency stop: safe action until `play`. */
  z.object({ type: z.literal('control'), id, action: z.literal('estop') }),
]);

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int(),
    /** Stable per person and browser; pseudonymous. */
    teacherId: id,
    name: z.string().max(80).optional(),
  }),
  controlSchema,
  z.object({ type: z.literal('feedback'), feedback: feedbackSchema }),
  /** Poses of a segment, answered by a binary clip with the same tag. */
  z.object({
    type: z.literal('request-clip'),
    tag: z.number().int().min(0).max(0xffffffff),
    segment,
  }),
  /** How many queries the person wants to hold; 0: none any more. Nobody is given any without it. */
  z.object({ type: z.literal('ask-queries'), count: z.number().int().min(0).max(16) }),
  /** The query that the page has on screen, or null: it does not expire while it is there. */
  z.object({ type: z.literal('show-query'), queryId: id.nullable() }),
  /** A query to rank or rate that the person declines to answer. */
  z.object({ type: z.literal('pass-query'), queryId: id }),
  /** The person agrees to the study's text of that hash. */
  z.object({ type: z.literal('agree'), consent: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** Send metrics history since that learner update (0: all). */
  z.object({ type: z.literal('request-history'), since: z.number().min(0) }),
  z.object({ type: z.literal('ping'), sentAt: time, roundTripMs: z.number().min(0).optional() }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;
export type ControlMessage = z.infer<typeof controlSchema>;

// ---------------------------------------------------------------- server to client

/** A person must know this. Keyed by `id`, so that it cannot spam; `severity: 'cleared'` removes it. */
const alertSchema = z.object({
  type: z.literal('alert'),
  id: z.string(),
  severity: z.enum(['info', 'warning', 'error', 'cleared']),
  code: z.enum(ALERT_CODES),
  message: z.string(),
  tip: z.string().optional(),
});

/** Named numbers at one moment. Stored history may hold names of earlier versions. */
const metricsPointSchema = z.object({
  /** Wall clock, ms since epoch. */
  time: z.number(),
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
  /** Steps on which a person asked for more than the action space allows. */
  clippedActions: z.number().optional(),
  /** Steps on which the agent asked for a person. */
  askedSteps: z.number().optional(),
  policyVersion: z.number(),
  endedAt: z.number(),
});
export type EpisodeSummary = z.infer<typeof episodeSummarySchema>;

export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.literal(PROTOCOL_VERSION),
    serverVersion: z.string(),
    sessionId: z.string(),
    runId: z.string(),
    environment: environmentSchema,
    preset: z.string(),
    backend: z.object({ name: z.enum(['onnx', 'native', 'wasm', 'cpu']), reason: z.string() }),
    serverTime: z.number(),
    /** Several people are asked the same, or their answers are watched: there is something to look after. */
    hasPeople: z.boolean().optional(),
    /** Who is signed in here; without accounts the one owner of the server, who has no id. */
    person: z
      .object({ id: z.string().nullable(), name: z.string().nullable(), role: z.string() })
      .optional(),
    /** Of the study that the server takes part in; absent: none. */
    study: wireStudySchema.optional(),
  }),
  /** The agreement is on disk. */
  z.object({ type: z.literal('agreed'), consent: z.string() }),
  /** A new map or task: `scene` is a SceneDescription with typed arrays packed (see scene.ts). */
  z.object({ type: z.literal('scene'), sceneId: z.number(), scene: z.unknown() }),
  /** Sent on change and at least once a second. */
  z.object({
    type: z.literal('status'),
    state: z.enum(['starting', 'running', 'paused', 'stopped']),
    speed: z.number(),
    sceneId: z.number(),
    episodeId: z.string(),
    episodeNumber: z.number(),
    seed: z.number(),
    controller: z.enum(['policy', 'human', 'safe']),
    /** What the agent says: drive for me; or, while a person drives: you may let go. Absent: none. */
    request: z.enum(['none', 'take-over', 'hand-back']).optional(),
    /** Teacher who holds the controls. */
    holder: z.string().nullable(),
    /** How they are called; absent: nobody drives. */
    holderName: z.string().optional(),
    /** The connection from which they do: `welcome.sessionId`. Absent from servers that go by the name. */
    holderSession: z.string().nullable().optional(),
    /** Teacher who paused or stopped it, while it waits for a person; null: nobody did. */
    haltedBy: z.string().nullable().optional(),
    releaseTo: z.enum(['policy', 'brake']),
    policyVersion: z.number(),
    environmentSteps: z.number(),
    learnerUpdates: z.number(),
    labels: z.number(),
    humanSteps: z.number(),
    viewers: z.number(),
    /** Frames dropped for this viewer since it connected. */
    droppedFrames: z.number(),
    learner: z.enum(['starting', 'warming-up', 'learning', 'idle', 'restarting']),
    openQueries: z.number(),
    /** What became of the queries given to people: served = answered + skipped + expired + open. */
    queue: queueSchema.optional(),
    /** Results of the run's takeovers, by their counterfactuals. */
    takeovers: takeoverTotalsSchema.optional(),
  }),
  z.object({ type: z.literal('query'), query: querySchema }),
  z.object({ type: z.literal('query-expired'), queryId: z.string() }),
  /** To those whose answers are watched: the quiz they begin with, or that their answers do not count for now. */
  z.object({
    type: z.literal('standing'),
    state: z.enum(['quiz', 'active', 'paused']),
    /** Questions of the quiz that are answered, and how many there are. */
    answered: z.number(),
    of: z.number(),
  }),
  /** The feedback is on disk. */
  z.object({
    type: z.literal('ack'),
    feedbackId: z.string(),
    duplicate: z.boolean(),
    receivedAt: z.number(),
  }),
  /** The feedback is in a policy that acts. */
  z.object({
    type: z.literal('applied'),
    feedbackIds: z.array(z.string()),
    policyVersion: z.number(),
    /** From receipt to the actor's switch, of the newest of them. */
    latencyMs: z.number(),
  }),
  z.object({ type: z.literal('metrics'), points: z.array(metricsPointSchema) }),
  z.object({ type: z.literal('episode'), episode: episodeSummarySchema }),
  /** An override as recorded, with what its counterfactual says. */
  z.object({
    type: z.literal('override'),
    feedbackId: z.string(),
    teacherId: z.string(),
    episodeId: z.string(),
    from: z.number(),
    to: z.number(),
    /** What would have happened; null while it is being computed or where it is not. */
    counterfactual: counterfactualSchema.nullable(),
  }),
  alertSchema,
  /** A refused message; `ref` is the id of what was refused, where it had one. */
  z.object({
    type: z.literal('error'),
    code: z.enum(ERROR_CODES),
    message: z.string(),
    ref: z.string().optional(),
  }),
  z.object({ type: z.literal('pong'), sentAt: z.number(), serverTime: z.number() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type AlertMessage = z.infer<typeof alertSchema>;
