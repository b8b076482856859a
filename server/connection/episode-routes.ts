/** Episodes over HTTP: a list in pages, and what was done in one, step by step. */
import type { FastifyInstance } from 'fastify';
import type { Episode } from '../../agent/contract.ts';
import type { RunHandle } from '../contract.ts';
import type { People } from '../people/people.ts';
import { controlTimeline } from '../run/control-timeline.ts';
import type { EpisodeSort, Storage } from '../storage/contract.ts';
import { rowOf } from '../storage/episode-row.ts';
import { createLogReader } from '../storage/log-reader.ts';
import * as shapes from './shapes/episodes.ts';

/** Steps that are sent at once at most. */
const MOST_STEPS = 1000;
const SORTS = ['startedAt', 'seed', 'length', 'humanSteps', 'return', 'cost'] as const;

interface ListQuery {
  readonly limit: number;
  readonly offset: number;
  readonly sort: EpisodeSort;
  readonly order: 'asc' | 'desc';
  readonly live?: boolean;
  readonly human?: boolean;
  readonly success?: boolean;
  readonly endReason?: string;
  readonly startedBy?: number;
  readonly startedAfter?: number;
}

const listQuery = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    offset: { type: 'integer', minimum: 0, default: 0 },
    sort: { enum: SORTS, default: 'startedAt' },
    order: { enum: ['asc', 'desc'], default: 'desc' },
    live: { type: 'boolean' },
    human: { type: 'boolean' },
    success: { type: 'boolean' },
    endReason: { type: 'string', maxLength: 64 },
    startedBy: { type: 'number', minimum: 0 },
    startedAfter: { type: 'number', minimum: 0 },
  },
} as const;

const stepsQuery = {
  type: 'object',
  properties: {
    from: { type: 'integer', minimum: 0, default: 0 },
    to: { type: 'integer', minimum: 1 },
    exact: { type: 'boolean', default: false },
  },
} as const;

interface StepsQuery {
  readonly from: number;
  readonly to?: number;
  /** For programs: all digits, and the observations too, one more than steps. */
  readonly exact: boolean;
}

interface About {
  readonly Params: { readonly id: string };
}

export interface EpisodeRoutes {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

export function episodeRoutes(api: FastifyInstance, options: EpisodeRoutes): void {
  const { run, storage } = options;
  marksRoute(api, storage);
  recordingRoute(api, run, storage);
  controlRoute(api, options);
  asksRoute(api, options.storage);
  api.get<{ Querystring: ListQuery }>(
    '/api/episodes',
    {
      schema: {
        summary: 'Episodes in pages, newest first unless asked otherwise; x-total-count: of all',
        querystring: listQuery,
        response: { 200: shapes.episodes },
      },
    },
    async ({ query }, reply) => {
      const { limit, offset, sort, order, ...filter } = query;
      const descending = order === 'desc';
      const request = { limit, offset, sort, descending, filter };
      const { rows, total } = await storage.pageEpisodes(run.run.id, request);
      reply.header('x-total-count', total);
      return rows;
    },
  );
  api.get<About>(
    '/api/episodes/:id',
    { schema: { summary: 'One episode, without its steps', response: { 200: shapes.episode } } },
    async ({ params }, reply) => {
      const row = await rowFor(params.id, run, storage);
      if (row?.runId === run.run.id) return row;
      return reply.code(404).send({ message: unknown(params.id) });
    },
  );
  api.get<About & { Querystring: StepsQuery }>(
    '/api/episodes/:id/steps',
    {
      schema: {
        summary: `Steps [from, to) of an episode in columns, at most ${MOST_STEPS}: what was done and what the policy wanted; exact: with observations, nothing rounded`,
        querystring: stepsQuery,
        response: { 200: shapes.steps },
      },
    },
    async ({ params, query }, reply) => {
      const episode = await run.episode(params.id);
      if (!episode || episode.runId !== run.run.id)
        return reply.code(404).send({ message: unknown(params.id) });
      const { from, exact } = query;
      const to = Math.min(query.to ?? episode.length, episode.length, from + MOST_STEPS);
      if (from >= to)
        return reply
          .code(400)
          .send({ message: `from: is ${from}, allowed 0 to ${Math.max(0, to - 1)}` });
      return stepsOf(episode, from, to, exact);
    },
  );
}

/** The newest rollouts are in memory alone, and can be looked at from there. */
async function rowFor(id: string, run: RunHandle, storage: Storage) {
  const row = await storage.findEpisode(id);
  const episode = row ? undefined : await run.episode(id);
  return episode ? rowOf(episode, false) : row;
}

function controlRoute(api: FastifyInstance, { run, storage, people }: EpisodeRoutes): void {
  const log = createLogReader(storage, run.run.id);
  api.get<About>(
    '/api/episodes/:id/control',
    {
      schema: {
        summary:
          'Who held control, span by span without a gap or an overlap, and what the agent would have done instead',
        response: { 200: shapes.control },
      },
    },
    async ({ params }, reply) => {
      const episode = await run.episode(params.id);
      if (!episode || episode.runId !== run.run.id)
        return reply.code(404).send({ message: unknown(params.id) });
      return controlTimeline(episode, await log()).map((span) => ({
        ...span,
        name: span.teacherId && people.nameOf(span.teacherId),
      }));
    },
  );
}

function asksRoute(api: FastifyInstance, storage: Storage): void {
  api.get<About>(
    '/api/episodes/:id/asks',
    {
      schema: {
        summary:
          'What its live simulation asked of people, why (every leaf of the rule that asked, with its value and verdict), and what became of it',
        response: { 200: shapes.asks },
      },
    },
    async ({ params }) =>
      (await storage.asksOn(params.id)).map(({ runId: _, episodeId: __, ...ask }) => ask),
  );
}

const personQuery = {
  type: 'object',
  properties: { teacherId: { type: 'string', minLength: 1, maxLength: 64 } },
} as const;

/** Others' marks are not told: everybody marks for themselves. */
function marksRoute(api: FastifyInstance, storage: Storage): void {
  api.get<About & { Querystring: { teacherId?: string } }>(
    '/api/episodes/:id/marks',
    {
      schema: {
        summary:
          'Stretches of the episode that I have marked good or bad; teacherId: who I am, where there are no accounts',
        querystring: personQuery,
        response: { 200: shapes.marks },
      },
    },
    async ({ params, query, person }) => {
      const teacherId = person?.id ?? query.teacherId;
      if (teacherId === undefined) return [];
      const marks = await storage.critiquesOf(params.id, teacherId);
      return marks.map(({ id, from, to, value, tag }) => ({ id, from, to, value, tag }));
    },
  );
}

/** What was driven to be kept or discarded; others' decisions are not told. */
function recordingRoute(api: FastifyInstance, run: RunHandle, storage: Storage): void {
  api.get<About & { Querystring: { teacherId?: string } }>(
    '/api/episodes/:id/recording',
    {
      schema: {
        summary:
          'Whether the episode is a recording, where it began, and whether I have kept it; teacherId: who I am, where there are no accounts',
        querystring: personQuery,
        response: { 200: shapes.recording },
      },
    },
    async ({ params, query, person }, reply) => {
      const episode = await run.episode(params.id);
      if (!episode || episode.runId !== run.run.id)
        return reply.code(404).send({ message: unknown(params.id) });
      const { origin, branchOf = null } = episode;
      const teacherId = person?.id ?? query.teacherId;
      const kept = teacherId === undefined ? undefined : await storage.keptOf(params.id, teacherId);
      return { isRecording: origin === 'recording', branchOf, feedbackId: kept?.id ?? null };
    },
  );
}

/** Steps [from, to) in columns. */
export function stepsOf(episode: Episode, from: number, to: number, exact: boolean) {
  const written = exact ? (x: number) => x : short;
  const rows = (column: Float32Array, width: number, end = to) =>
    Array.from({ length: end - from }, (_, i) =>
      Array.from(column.subarray((from + i) * width, (from + i + 1) * width), written),
    );
  const cut = (column: Float32Array | Uint8Array | Uint32Array) =>
    Array.from(column.subarray(from, to), written);
  const { observationSize, actionSize } = episode;
  return {
    from,
    to,
    length: episode.length,
    actions: rows(episode.actions, actionSize),
    policyActions: rows(episode.policyActions, actionSize),
    sources: cut(episode.sources),
    policyVersions: cut(episode.policyVersions),
    rewards: cut(episode.envRewards),
    costs: cut(episode.costs),
    ...(exact ? { observations: rows(episode.observations, observationSize, to + 1) } : {}),
  };
}

const unknown = (id: string) => `episode ${id}: not in this run, or no longer kept`;

/** Four decimals: for people to look at. */
const short = (x: number) => Math.round(x * 10_000) / 10_000;
