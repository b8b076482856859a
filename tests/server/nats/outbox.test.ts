/** What an actor process sends, and how it is read. */
import { expect, it } from 'vitest';
import { restOf, sliceEpisode } from '../../../agent/episode/chunks.ts';
import { pack, parse } from '../../../server/nats/codec.ts';
import { Ordered } from '../../../server/nats/intake.ts';
import { readSteps, type Steps } from '../../../server/nats/messages.ts';
import { Outbox, type OutboxOptions } from '../../../server/nats/outbox.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';
import { until } from '../../e2e/helpers.ts';

const made = syntheticEpisode(syntheticSpec(5, 2), 400, createRandom(1), { id: 'e1' });
const episode = { ...made, runId: 'run-1' };
const chunk = (from: number, to: number): Steps => ({
  type: 'chunk',
  chunk: sliceEpisode(episode, from, to),
});

/** @param broker resolves once it has the message, or throws */
function outbox(broker: OutboxOptions['send'], partSize = 1e6) {
  const box = new Outbox({ send: broker, partSize, lostAfter: 0 });
  box.confirm(0, 64); // as many as may be on their way
  return { box };
}

it('[NATS-8] what does not reach the broker is sent again under its number, and chunks that wait go as one', async () => {
  const ordered = new Ordered();
  const got: Steps[] = [];
  let isDown = true;
  let tries = 0;
  const { box } = outbox(async (sequence, part) => {
    tries++;
    // It had some before it went down, and does not say so.
    for (const whole of sequence % 2 ? ordered.take({ session: 'a', sequence, ...part }) : [])
      got.push(readSteps(whole, 'run-1'));
    if (isDown) throw new Error('down');
    for (const whole of ordered.take({ session: 'a', sequence, ...part }))
      got.push(readSteps(whole, 'run-1'));
  });
  for (let from = 0; from < 400; from += 10) box.add(chunk(from, from + 10));
  box.add({ type: 'rest', rest: restOf(episode), endReason: 'timeout' });
  await until('attempts', () => tries > 8);
  isDown = false;
  await until('all of it', () => {
    box.confirm(ordered.received('a'), 64);
    return got.at(-1)?.type === 'rest';
  });
  await box.settled();
  const ranges = got.flatMap((e) => (e.type === 'chunk' ? [[e.chunk.from, e.chunk.to]] : []));
  expect(ranges.map(([from]) => from)).toEqual([0, ...ranges.map(([, to]) => to).slice(0, -1)]);
  expect(ranges.at(-1)![1]).toBe(400);
  expect(ranges.length).toBeLessThan(12);
  for (const [from, to] of ranges) expect(to! - from!).toBeLessThanOrEqual(256);
  expect(got.at(-1)).toEqual({ type: 'rest', rest: restOf(episode), endReason: 'timeout' });
  const joined = got.flatMap((e) => (e.type === 'chunk' ? [...e.chunk.actions] : []));
  expect(joined).toEqual([...episode.actions]);
});

it('[NATS-8] what is larger than a message may be goes in parts', async () => {
  const sizes: number[] = [];
  const ordered = new Ordered();
  const whole: Uint8Array[] = [];
  const { box } = outbox(async (sequence, part) => {
    sizes.push(part.bytes.length);
    whole.push(...ordered.take({ session: 'a', sequence, ...part }));
  }, 1000);
  box.add(chunk(0, 400));
  await until('all of it', () => whole.length > 0);
  expect(box.sent).toBe(sizes.length);
  expect(sizes.length).toBeGreaterThan(10);
  expect(Math.max(...sizes)).toBe(1000);
  expect(readSteps(whole[0]!, 'run-1')).toEqual(chunk(0, 400));
});

it('[NATS-16] what the broker had and the learner never got is sent again, under its number', async () => {
  const ordered = new Ordered();
  const got: Steps[] = [];
  const sent: number[] = [];
  const times = (sequence: number) => sent.filter((each) => each === sequence).length;
  const { box } = outbox(async (sequence, part) => {
    sent.push(sequence);
    if (sequence % 3 === 0 && times(sequence) < 3) return; // lost
    for (const whole of ordered.take({ session: 'a', sequence, ...part }))
      got.push(readSteps(whole, 'run-1'));
  }, 1000);
  for (let from = 0; from < 400; from += 10) box.add(chunk(from, from + 10));
  await until('all of it', () => {
    box.confirm(ordered.received('a'), 64);
    return got.some((steps) => steps.type === 'chunk' && steps.chunk.to === 400);
  });
  const joined = got.flatMap((e) => (e.type === 'chunk' ? [...e.chunk.actions] : []));
  expect(joined).toEqual([...episode.actions]);
  expect(times(3)).toBe(3);
  box.confirm(box.sent, 64);
  await box.settled();
  const { length } = sent;
  box.confirm(box.sent, 64);
  expect(sent).toHaveLength(length);
});

it('[NATS-16] a learner that confirms nothing is not sent more than it can put in order', async () => {
  const taken = new Set<number>();
  const { box } = outbox(async (sequence) => void taken.add(sequence));
  for (let i = 0; i < 300; i++) box.add({ type: 'rest', rest: restOf(episode), endReason: '' });
  await until('as many as may be open', () => taken.size === 64);
  await new Promise((resolve) => setImmediate(resolve));
  expect(box.sent).toBe(64);
  box.confirm(10, 64);
  await until('as many again', () => taken.size === 74);
});

it('[NATS-8] an outbox that is given up is settled', async () => {
  const { box } = outbox(() => Promise.reject(new Error('down')));
  box.add(chunk(0, 10));
  box.giveUp();
  await box.settled();
});

it('[NATS-9] data comes back as it was: arrays, numbers that JSON has not, and nothing besides', () => {
  const data = {
    weights: Float32Array.of(1, -0, Number.NaN),
    nested: [{ state: Float64Array.of(1e300) }, { none: Number.POSITIVE_INFINITY }],
    codes: Uint8Array.of(255),
  };
  expect(parse(pack(data))).toEqual(data);
  const damaged = pack(data);
  damaged[damaged.length - 20]! ^= 1;
  expect(() => parse(damaged)).toThrow(/checksum/);
});

it('[NATS-9] steps of another run, or whose lengths do not fit, are refused', () => {
  const packed = (steps: Steps) => pack(steps);
  const whole = sliceEpisode(episode, 0, 400);
  expect(() => readSteps(packed({ type: 'chunk', chunk: whole }), 'run-2')).toThrow(
    /run run-1, expected run-2/,
  );
  const short = { ...whole, actions: whole.actions.subarray(1) };
  expect(() => readSteps(packed({ type: 'chunk', chunk: short }), 'run-1')).toThrow(/e1: lengths/);
  const rest = { ...restOf(episode), bodies: 3, poses: new Float32Array(7) };
  expect(() => readSteps(packed({ type: 'rest', rest, endReason: '' }), 'run-1')).toThrow(
    /e1: 7 numbers of poses, expected 8421/,
  );
});
