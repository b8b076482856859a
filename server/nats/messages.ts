/** What a learner and its actors say to each other over NATS, and how it is read. */
import { z } from 'zod';
import type { Episode } from '../../agent/contract.ts';
import type { EpisodeChunk } from '../../agent/episode/chunks.ts';
import { mapColumns } from '../../agent/episode/columns.ts';
import type { RolloutEvent } from '../actors/messages.ts';
import { pack, parse } from './codec.ts';

/** Of one learner of a run, higher with each that takes it: what an older one says counts no more. */
const epoch = z.int().min(1);

/** Which run, kept for actors that come: key `learner` of the run's bucket. */
const record = z.object({
  epoch,
  run: z.object({
    runId: z.string(),
    environmentId: z.string(),
    environmentOptions: z.record(z.string(), z.unknown()),
    configHash: z.string(),
    seed: z.number(),
  }),
});
export type RunRecord = z.infer<typeof record>;
export const RECORD = 'learner';

/** From the learner once a second, and with every policy; `version` undefined: there is none yet. */
const learnerBeat = z.object({ epoch, version: z.int().min(0).optional() });
export type LearnerBeat = z.infer<typeof learnerBeat>;

/** From an actor process once a second. */
const actorBeat = z.object({
  epoch,
  /** Names it, with the learner it acts for. */
  session: z.string().regex(/^[\w-]{1,64}$/),
  /** Threads that act in it. */
  count: z.int().min(1).max(4096),
  /** Steps that it has made. */
  made: z.int().min(0),
  /** It will make no more. */
  isLeaving: z.boolean(),
});
export type ActorBeat = z.infer<typeof actorBeat>;

/** To one actor process: the steps that it may have made. */
const credit = z.object({ epoch, granted: z.number() });
export type Credit = z.infer<typeof credit>;

/** undefined: no such message, and so of somebody else. */
const read =
  <T>(schema: z.ZodType<T>) =>
  (bytes: Uint8Array): T | undefined => {
    try {
      return schema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
    } catch {
      return undefined;
    }
  };

export const readRecord = read(record);
export const readLearnerBeat = read(learnerBeat);
export const readActorBeat = read(actorBeat);
export const readCredit = read(credit);

/** Header of a message of steps that the next one goes on with. */
export const HAS_MORE = 'Reins-More';

/** Chunks and finished episodes. */
export type Steps = Extract<RolloutEvent, { type: 'chunk' | 'episode' }>;

/** Steps, and how many the actor process has made with them. */
export interface StepsMessage {
  readonly made: number;
  readonly event: Steps;
}

export const packSteps = (message: StepsMessage): Buffer => pack(message);

/**
 * A chunk's arrays are its own, to be transferred.
 * @throws Error for what is no such message, or is of another run
 */
export function readSteps(bytes: Uint8Array, runId: string): StepsMessage {
  const message = parse(bytes) as StepsMessage;
  const { event } = message;
  const steps = event.type === 'chunk' ? event.chunk : event.episode;
  if (steps.runId !== runId) throw new Error(`steps of run ${steps.runId}, expected ${runId}`);
  expectRows(
    steps,
    event.type === 'chunk' ? event.chunk.to - event.chunk.from : event.episode.length,
  );
  if (event.type === 'episode') return message;
  const { chunk } = event;
  const own = { ...chunk, ...mapColumns((name) => chunk[name].slice()) };
  return { ...message, event: { type: 'chunk', chunk: own } };
}

function expectRows(steps: EpisodeChunk | Episode, rows: number): void {
  const { observationSize, actionSize, observations, actions, envRewards } = steps;
  const expected = [(rows + 1) * observationSize, rows * actionSize, rows];
  const found = [observations.length, actions.length, envRewards.length];
  if (!(rows >= 0) || expected.some((n, i) => n !== found[i]))
    throw new Error(`steps of episode ${steps.id}: lengths ${found}, expected ${expected}`);
}
