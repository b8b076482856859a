/** What a learner and its actors say to each other over NATS, and how it is read. */
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { z } from 'zod';
import type { EpisodeChunk, EpisodeRest } from '../../agent/episode/chunks.ts';
import { POSE_SIZE } from '../../sim/contract.ts';
import { pack, parse } from './codec.ts';

/** Of one learner of a run, higher with each that takes it: what an older one says counts no more. */
const epoch = z.int().min(1);

/** Which learner a run has, and what of; kept for actors that come. */
const record = z.object({
  epoch,
  /** Of the learner: who has the same plays an episode again bit by bit. */
  platform: z.string().max(200).optional(),
  run: z.object({
    runId: z.string(),
    environmentId: z.string(),
    environmentOptions: z.record(z.string(), z.unknown()),
    configHash: z.string(),
    seed: z.number(),
  }),
});
export type RunRecord = z.infer<typeof record>;

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
  /** Messages of steps that it has sent. */
  sent: z.int().min(0),
  /** It will make no more. */
  isLeaving: z.boolean(),
});
export type ActorBeat = z.infer<typeof actorBeat>;

/** To one actor process. */
const credit = z.object({
  epoch,
  /** Steps that it may have made. */
  granted: z.number(),
  /** All of its messages up to this one have come. */
  received: z.int().min(0),
  /** Messages that may be on their way from it. */
  most: z.int().min(1),
});
export type Credit = z.infer<typeof credit>;

/** Names a door or a gateway for as long as its connection to the broker holds. */
const name = z.string().regex(/^[\w-]{1,64}$/);

/** From the learner once a second; `door` null: it is about to end. */
const doorBeat = z.object({ epoch, door: name.nullable() });
export type DoorBeat = z.infer<typeof doorBeat>;

/** From a gateway once a second. */
const gatewayBeat = z.object({ door: name, gateway: name, isLeaving: z.boolean() });
export type GatewayBeat = z.infer<typeof gatewayBeat>;

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
export const readDoorBeat = read(doorBeat);
export const readGatewayBeat = read(gatewayBeat);

/** Headers of a message: that the next one goes on with it, and its number of those of its sender. */
const HAS_MORE = 'Reins-More';
const NUMBER = 'Reins-Number';

/** One message, or a part of one that was too large. */
export interface Part {
  readonly bytes: Uint8Array;
  /** The next part goes on with it. */
  readonly hasMore: boolean;
}

/** What does not fit into one message, of at most `size` bytes, in several. */
export function partsOf(bytes: Uint8Array, size: number): Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < bytes.length; from += size)
    parts.push({ bytes: bytes.subarray(from, from + size), hasMore: from + size < bytes.length });
  return parts;
}

/** @param number from 1, of what is to be put in order */
export function headersOf({ hasMore }: Part, number?: number): MsgHdrs {
  const head = headers();
  if (number !== undefined) head.set(NUMBER, String(number));
  if (hasMore) head.set(HAS_MORE, '1');
  return head;
}

export function partOf(message: { headers?: MsgHdrs | undefined; data: Uint8Array }): Part {
  return { bytes: message.data, hasMore: message.headers?.has(HAS_MORE) ?? false };
}

/** NaN: it has none. */
export const numberOf = ({ headers }: { headers?: MsgHdrs | undefined }): number =>
  Number(headers?.get(NUMBER) || Number.NaN);

/** Steps of an episode; what they leave out of it, once it has ended. */
export type Steps =
  | { readonly type: 'chunk'; readonly chunk: EpisodeChunk }
  | { readonly type: 'rest'; readonly rest: EpisodeRest; readonly endReason: string };

export const packSteps = (steps: Steps): Buffer => pack(steps);

/**
 * A chunk's arrays are its own, to be transferred.
 * @throws Error for what is no such message, or is of another run
 */
export function readSteps(bytes: Uint8Array, runId: string): Steps {
  const steps = parse(bytes) as Steps;
  const of = steps.type === 'chunk' ? steps.chunk : steps.rest;
  if (of.runId !== runId) throw new Error(`steps of run ${of.runId}, expected ${runId}`);
  if (steps.type === 'chunk') expectRows(steps.chunk);
  else expectPoses(steps.rest);
  return steps;
}

function expectRows(chunk: EpisodeChunk): void {
  const { from, to, observationSize, actionSize, observations, actions, envRewards } = chunk;
  const rows = to - from;
  const expected = [(rows + 1) * observationSize, rows * actionSize, rows];
  const found = [observations.length, actions.length, envRewards.length];
  if (!(rows >= 0) || expected.some((n, i) => n !== found[i]))
    throw new Error(`steps of episode ${chunk.id}: lengths ${found}, expected ${expected}`);
}

function expectPoses({ id, length, bodies, poses }: EpisodeRest): void {
  const expected = (length + 1) * bodies * POSE_SIZE;
  if (poses.length !== 0 && poses.length !== expected)
    throw new Error(`episode ${id}: ${poses.length} numbers of poses, expected ${expected}`);
}
