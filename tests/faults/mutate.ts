/** Valid messages, damaged: in their structure or byte by byte. */
import { parseMessage } from '../../server/connection/parse.ts';
import {
  type ClientMessage,
  clientMessageSchema,
  encodeInput,
  PROTOCOL_VERSION,
} from '../../server/protocol/index.ts';
import type { Random } from '../../sim/random.ts';

const base = {
  id: 'mutant-1',
  runId: 'run-1',
  teacherId: 'mutant',
  shownAt: 1,
  answeredAt: 2,
  responseMs: 1,
};
const segment = { episodeId: 'e1', from: 0, to: 5 };
const control = { type: 'control', id: 'c1' } as const;

/** One of each kind. */
export const VALID: readonly ClientMessage[] = [
  { type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'mutant' },
  { ...control, action: 'play' },
  { ...control, action: 'pause' },
  { ...control, action: 'step' },
  { ...control, action: 'estop' },
  { ...control, action: 'reset', seed: 3 },
  { ...control, action: 'speed', factor: 1 },
  { ...control, action: 'rewind', seconds: 1 },
  { ...control, action: 'release-to', target: 'policy' },
  { ...control, action: 'overlays', on: true },
  { type: 'request-clip', tag: 1, segment },
  { type: 'ask-queries', count: 3 },
  { type: 'show-query', queryId: 'q1' },
  { type: 'pass-query', queryId: 'q1' },
  { type: 'request-history', since: 0 },
  { type: 'ping', sentAt: 1, roundTripMs: 2 },
  feedback({ kind: 'reward', episodeId: 'e1', step: 1, value: 0.5 }),
  feedback({
    kind: 'preference',
    a: segment,
    b: segment,
    choice: 'a',
    strength: 0.5,
    queryId: 'q',
  }),
  feedback({ kind: 'ranking', segments: [segment, segment], order: [0, 1] }),
  feedback({ kind: 'rating', segment, score: 2, scale: 5 }),
  feedback({ kind: 'override', episodeId: 'e1', from: 0, to: 3, predictions: [segment] }),
  feedback({ kind: 'correction', segment, corrected: segment }),
  feedback({ kind: 'demonstration', segment }),
  feedback({ kind: 'approval', queryId: 'q1', decision: 'replace', action: [0, 1] }),
  feedback({ kind: 'critique', episodeId: 'e1', from: 0, to: 3, value: 1, tag: 't' }),
  feedback({ kind: 'retraction', feedbackId: 'f1', reason: 'no' }),
];

function feedback(body: object): ClientMessage {
  return clientMessageSchema.parse({ type: 'feedback', feedback: { ...base, ...body } });
}

const ODD: readonly unknown[] = [
  ...[null, true, '', ' ', '__proto__', 'constructor', 'NaN', 'x'.repeat(3000), '\u0000', '😀'],
  ...[-1, 0, 0.5, 1e308, -1e308, 2 ** 53, 4_294_967_296, -0],
  ...[[], {}, [[[[]]]], { toString: 1 }, Array(200).fill(0)],
];
const KEYS = ['type', 'kind', 'action', '__proto__', 'constructor', 'length', 'toString', 'then'];

type Json = Record<string, unknown>;

/** A valid message with one to three of its parts removed, replaced, added or moved. */
export function mutateStructure(random: Random): string {
  const message = structuredClone(pick(random, VALID)) as unknown as Json;
  for (let i = 1 + random.integer(3); i > 0; i--) damage(message, random);
  return JSON.stringify(message);
}

function damage(message: Json, random: Random): void {
  let at = message;
  for (let child = at; child && random.next() < 0.6; ) {
    const nested = Object.values(at).filter((v) => typeof v === 'object' && v !== null);
    child = pick(random, nested) as Json;
    if (child) at = child;
  }
  const key = pick(random, Object.keys(at)) ?? '0';
  const added = Array.isArray(at) ? '1' : pick(random, KEYS)!;
  const dice = random.integer(4);
  if (dice === 0) delete at[key];
  else if (dice === 1) at[added] = structuredClone(pick(random, ODD));
  else at[key] = structuredClone(pick(random, dice === 2 ? VALID : ODD));
}

/** Bytes flipped, cut, doubled or put in. */
export function mutateBytes(bytes: Uint8Array, random: Random): Buffer {
  let out = Buffer.from(bytes);
  for (let i = 1 + random.integer(4); i > 0; i--) {
    const at = random.integer(out.length + 1);
    const dice = random.integer(4);
    if (dice === 0 && at < out.length) out[at] = random.integer(256);
    else if (dice === 1) out = out.subarray(0, at);
    else if (dice === 2) out = Buffer.concat([out.subarray(0, at), out.subarray(at >> 1)]);
    else {
      const odd = Buffer.from([random.integer(256), random.integer(256)]);
      out = Buffer.concat([out.subarray(0, at), odd, out.subarray(at)]);
    }
  }
  return out;
}

/** An input of the wheel, damaged. */
export function mutateInput(random: Random): Buffer {
  const input = {
    sequence: random.integer(1000),
    live: random.integer(2),
    episodeNumber: random.integer(3),
    step: random.integer(1000),
    sentAt: Date.now(),
    activeAxes: random.integer(4),
    values: Float32Array.of(random.uniform(-2, 2), random.uniform(-2, 2)),
  };
  return mutateBytes(new Uint8Array(encodeInput(input)), random);
}

/** Whether it still is a command that everybody feels, by the rules of the wire. */
export function isFelt(text: string): boolean {
  try {
    const message = parseMessage(text);
    return message.type === 'control' && !['overlays', 'play'].includes(message.action);
  } catch {
    return false;
  }
}

function pick<T>(random: Random, list: readonly T[]): T | undefined {
  return list[random.integer(Math.max(1, list.length))];
}
