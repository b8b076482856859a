import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RewardModel, SOURCE_CODE } from '../../../agent/contract.ts';
import { createBatch, createReplay, type ReplayOptions } from '../../../agent/replay/replay.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(3, 2);
const options: ReplayOptions = {
  capacity: 50,
  observationHigh: new Float32Array(3).fill(Number.POSITIVE_INFINITY),
  actionSize: 2,
  rewardSource: 'environment',
};

describe('replay buffer', () => {
  it('[LEARN-70] keeps exactly the newest transitions, whatever the pieces they come in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 17 }),
        fc.constantFrom(1, 7, 50),
        (lengths, piece, room) => {
          const random = createRandom(1);
          const replay = createReplay({ ...options, room });
          const all: number[] = [];
          for (const [i, length] of lengths.entries()) {
            const episode = syntheticEpisode(spec, length, random, { id: `e${i}` });
            for (let t = 0; t < length; t++) episode.envRewards[t] = 1000 * i + t;
            for (let from = 0; from < length; from += piece)
              replay.add(episode, from, Math.min(length, from + piece));
            for (let t = 0; t < length; t++) all.push(1000 * i + t);
          }
          const kept = new Set(all.slice(-50));
          expect(replay.size).toBe(kept.size);
          expect(replay.added).toBe(all.length);
          const batch = createBatch(64, 3, 2);
          for (let round = 0; round < 20; round++) {
            replay.sample(batch, random, 0);
            for (const reward of batch.rewards) expect(kept.has(reward)).toBe(true);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('[LEARN-71] a step keeps its own next observation, also where episodes interleave', () => {
    const random = createRandom(1);
    const replay = createReplay(options);
    const a = syntheticEpisode(spec, 6, random, { id: 'a', human: [2, 4] });
    const b = syntheticEpisode(spec, 6, random, { id: 'b' });
    for (let t = 0; t < 6; t++) for (const e of [a, b]) replay.add(e, t, t + 1);
    const batch = createBatch(200, 3, 2);
    replay.sample(batch, random, 0);
    for (let i = 0; i < 200; i++) {
      const slot = batch.slots[i]!;
      const episode = slot % 2 === 0 ? a : b;
      const t = Math.floor(slot / 2);
      expect(batch.nextObservations.subarray(i * 3, i * 3 + 3)).toEqual(
        episode.observations.subarray((t + 1) * 3, (t + 2) * 3),
      );
      expect(batch.human[i]).toBe(episode === a && t >= 2 && t < 4 ? 1 : 0);
      expect(batch.takeoverStart[i]).toBe(episode === a && t === 2 ? 1 : 0);
    }
  });

  it('[CTRL-26] what was shared or fades is neither a person’s nor undisturbed, whatever feedback says of it', () => {
    const random = createRandom(1);
    const replay = createReplay({ ...options, reactionSteps: 2, restFrom: 'undisturbed' });
    const episode = syntheticEpisode(spec, 12, random, { id: 'e', human: [8, 10] });
    const { blend, fade } = SOURCE_CODE;
    episode.sources.set([blend, blend, blend, fade, fade], 3);
    replay.add(episode, 0, 12);
    const humans = () => {
      const batch = createBatch(200, 3, 2);
      replay.sample(batch, random, 0);
      const of = (marks: Uint8Array) =>
        [...new Set([...batch.slots].filter((_, i) => marks[i] === 1))].sort((a, b) => a - b);
      return { human: of(batch.human), starts: of(batch.takeoverStart) };
    };
    expect(humans()).toEqual({ human: [8, 9], starts: [8] });
    replay.setHuman('e', 2, 10, true);
    expect(humans().human).toEqual([2, 8, 9]);
    const batch = createBatch(400, 3, 2);
    replay.sample(batch, random, 0.5);
    const rest = new Set([...batch.slots].slice(200));
    expect([...rest].sort((a, b) => a - b)).toEqual([0, 1, 10, 11]);
  });

  it('[MEM-1] an observation is stored once where steps follow each other, through wrap-around and checkpoints', () => {
    const d = 3;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 9 })), {
          maxLength: 20,
        }),
        (capacity, pieces) => {
          const random = createRandom(3);
          const episodes = ['a', 'b', 'c'].map((id) => syntheticEpisode(spec, 200, random, { id }));
          const at = [0, 0, 0];
          const expected: Float32Array[] = [];
          const replay = createReplay({ ...options, capacity });
          for (const [which, length] of pieces) {
            const episode = episodes[which]!;
            const from = at[which]!;
            at[which] = from + length;
            replay.add(episode, from, from + length);
            for (let t = from + 1; t <= from + length; t++)
              expected.push(episode.observations.slice(t * d, (t + 1) * d));
          }
          if (expected.length === 0) return;
          const arrays: Record<string, Float32Array> = {};
          const meta = replay.save(arrays);
          const again = createReplay({ ...options, capacity });
          again.load(arrays, meta);
          const batch = createBatch(100, d, 2);
          const oldest = expected.length - replay.size;
          for (const buffer of [replay, again]) {
            buffer.sample(batch, random, 0);
            for (const [i, slot] of batch.slots.entries()) {
              const index = oldest + ((slot - oldest + capacity * 1000) % capacity);
              expect(batch.nextObservations.subarray(i * d, (i + 1) * d)).toEqual(expected[index]);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('[MEM-1] full, it holds little more than one observation per transition and grows no further', () => {
    const wide = syntheticSpec(100, 2);
    const replay = createReplay({
      ...options,
      capacity: 2000,
      observationHigh: wide.observationSpace.high,
    });
    const random = createRandom(4);
    const sizes: number[] = [];
    for (let e = 0; e < 6; e++) {
      const episode = syntheticEpisode(wide, 1000, random, { id: `e${e}` });
      for (let t = 0; t < 1000; t += 10) replay.add(episode, t, t + 10);
      sizes.push(replay.bytes);
    }
    // 2,000 observations and a page of 1,024 that is not packed.
    expect(sizes[1]! / (3024 * 100 * 4)).toBeLessThan(1.2);
    expect(Math.max(...sizes) / (3024 * 100 * 4)).toBeLessThan(1.2);
    expect(Math.abs(sizes.at(-1)! - sizes.at(-2)!)).toBeLessThanOrEqual(2 * 400);
  });

  it('[MEM-1] a checkpoint from before, with a next observation for each transition, is read', () => {
    const random = createRandom(5);
    const replay = createReplay(options);
    const [a, b] = ['a', 'b'].map((id) => syntheticEpisode(spec, 40, random, { id }));
    replay.add(a!, 0, 40);
    replay.add(b!, 0, 40);
    const arrays: Record<string, Float32Array> = {};
    const meta = replay.save(arrays);
    delete arrays['replay/ownNextObservations'];
    delete arrays['replay/ownNextSlots'];
    const before = new Float32Array(50 * 3);
    for (let index = 30; index < 80; index++) {
      const episode = index < 40 ? a! : b!;
      const t = (index % 40) + 1;
      before.set(episode.observations.subarray(t * 3, (t + 1) * 3), (index % 50) * 3);
    }
    const again = createReplay(options);
    again.load({ ...arrays, 'replay/nextObservations': before }, meta);
    const batch = createBatch(200, 3, 2);
    again.sample(batch, random, 0);
    for (const [i, slot] of batch.slots.entries())
      expect(batch.nextObservations.subarray(i * 3, i * 3 + 3)).toEqual(
        before.subarray(slot * 3, slot * 3 + 3),
      );
    again.save({}); // packs what it has loaded, as the other's did
    expect(again.bytes).toBe(replay.bytes);
  });

  it('[LEARN-72] people’s steps make up the asked share, also after they are overwritten', () => {
    const random = createRandom(1);
    const replay = createReplay(options);
    replay.add(syntheticEpisode(spec, 10, random, { id: 'a', human: [0, 10] }), 0, 10);
    replay.add(syntheticEpisode(spec, 45, random, { id: 'b' }), 0, 45);
    expect(replay.humanSize).toBe(5); // five of ten are overwritten
    const batch = createBatch(100, 3, 2);
    replay.sample(batch, random, 0.5);
    const count = batch.human.reduce((sum, h) => sum + h, 0);
    expect(count).toBeGreaterThanOrEqual(50);
    expect(count).toBeLessThan(70);
    replay.setHuman('a', 0, 10, false);
    expect(replay.humanSize).toBe(0);
    replay.sample(batch, random, 0.5);
    expect(batch.human.every((h) => h === 0)).toBe(true);
    replay.setHuman('b', 3, 7, true);
    expect(replay.humanSize).toBe(4);
  });

  it('[LEARN-72] half of a batch is people’s, half undisturbed; either fills it while the other is empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer(), (takeover, seed) => {
        const random = createRandom(seed);
        const replay = createReplay({ ...options, restFrom: 'undisturbed' });
        replay.add(syntheticEpisode(spec, 30, random, { id: 'a', human: [0, takeover] }), 0, 30);
        const batch = createBatch(64, 3, 2);
        replay.sample(batch, random, 0.5);
        const people = batch.human.reduce((sum, h) => sum + h, 0);
        expect(people).toBe(takeover === 0 ? 0 : takeover === 30 ? 64 : 32);
      }),
    );
  });

  it('[LEARN-72] steps that a person took back are neither people’s nor undisturbed', () => {
    const random = createRandom(2);
    const replay = createReplay({ ...options, restFrom: 'undisturbed' });
    replay.add(syntheticEpisode(spec, 20, random, { id: 'a', human: [5, 15] }), 0, 20);
    replay.setHuman('a', 5, 10, false);
    const batch = createBatch(200, 3, 2);
    replay.sample(batch, random, 0.5);
    expect(batch.human.reduce((sum, h) => sum + h, 0)).toBe(100);
    for (let i = 0; i < batch.size; i++)
      if (batch.human[i] === 0) expect(batch.sources[i]).toBe(SOURCE_CODE.policy);
  });

  it('[LEARN-86] the moments before a takeover imitate its first action, until it is taken back', () => {
    const random = createRandom(1);
    for (const piece of [1, 3, 20]) {
      const replay = createReplay({ ...options, reactionSteps: 3 });
      const a = syntheticEpisode(spec, 20, random, { id: 'a', human: [6, 9] });
      const b = syntheticEpisode(spec, 20, random, { id: 'b' });
      for (let from = 0; from < 20; from += piece)
        for (const e of [a, b]) replay.add(e, from, Math.min(20, from + piece));
      const targets = () => {
        const batch = createBatch(400, 3, 2);
        replay.sample(batch, random, 0);
        const found = new Map<number, number[]>();
        for (let i = 0; i < 400; i++) {
          const own = batch.observations.subarray(3 * i, 3 * i + 3);
          const t = Array.from({ length: 20 }, (_, k) => k).find((k) =>
            own.every((x, j) => x === a.observations[3 * k + j]),
          );
          if (batch.hasImitationTarget[i] === 0) continue;
          expect(t).toBeDefined();
          found.set(t!, [...batch.imitationTargets.subarray(2 * i, 2 * i + 2)]);
        }
        return new Map([...found].sort(([x], [y]) => x - y));
      };
      const action = (t: number) => [...a.actions.subarray(2 * t, 2 * t + 2)];
      const found = targets();
      expect([...found.keys()]).toEqual([3, 4, 5, 6, 7, 8]);
      for (const [t, target] of found) expect(target).toEqual(action(Math.max(6, t)));
      const arrays = {};
      const meta = replay.save(arrays);
      const again = createReplay({ ...options, reactionSteps: 3 });
      again.load(arrays, JSON.parse(JSON.stringify(meta)));
      expect(again.humanSize).toBe(3);
      replay.setHuman('a', 6, 9, false);
      expect(targets().size).toBe(0);
    }
  });

  it('[LEARN-73] relabels in slices, follows new versions, and labels what comes later', () => {
    const random = createRandom(1);
    const replay = createReplay({ ...options, rewardSource: 'model' });
    const model = {
      version: 1,
      predict(observations: Float32Array, actions: Float32Array, n: number, out: Float32Array) {
        expect(observations.length).toBe(n * 3);
        expect(actions.length).toBe(n * 2);
        out.fill(this.version);
      },
    } as RewardModel & { version: number };
    const rewards = () => {
      const batch = createBatch(300, 3, 2);
      replay.sample(batch, random, 0);
      return new Set(batch.rewards);
    };
    replay.add(syntheticEpisode(spec, 30, random, { id: 'a' }), 0, 30);
    expect(rewards()).toEqual(new Set([0]));
    expect([10, 10, 10].map((budget) => replay.relabel(model, budget))).toEqual([
      false,
      false,
      true,
    ]);
    expect(rewards()).toEqual(new Set([1]));
    replay.add(syntheticEpisode(spec, 40, random, { id: 'b' }), 0, 40); // wraps around
    replay.labelNew();
    expect(rewards()).toEqual(new Set([1]));
    model.version = 2;
    expect(replay.relabel(model, 20)).toBe(false);
    expect(rewards()).toEqual(new Set([1, 2]));
    while (!replay.relabel(model, 20));
    expect(rewards()).toEqual(new Set([2]));
  });

  it('[LEARN-74] refuses steps that an episode does not have, and another buffer’s checkpoint', () => {
    const random = createRandom(1);
    const replay = createReplay(options);
    const episode = syntheticEpisode(spec, 5, random, { id: 'short' });
    expect(() => replay.add(episode, 0, 6)).toThrow(
      'replay.add: steps [0, 6) of episode short, which has 5',
    );
    expect(() => replay.sample(createBatch(1, 3, 2), random, 0)).toThrow(/buffer is empty/);
    replay.add(episode, 0, 5);
    const arrays: Record<string, Float32Array> = {};
    const meta = replay.save(arrays);
    const other = createReplay({ ...options, capacity: 20 });
    expect(() => other.load(arrays, meta)).toThrow(
      'checkpoint.replay.capacity: is 50, expected 20',
    );
    expect(() => createReplay({ ...options, capacity: 0 })).toThrow(/replay.capacity: is 0/);
  });

  it('[MEM-9] takes its room at once and tells how much of it nothing was written to', () => {
    const replay = createReplay({ ...options, capacity: 1000 });
    const all = replay.spareBytes;
    const perStep = all / 1000;
    replay.add(syntheticEpisode(spec, 300, createRandom(1)), 0, 300);
    expect(replay.spareBytes).toBe(700 * perStep);
    // And the page of observations that is written to, and the last next observation.
    expect(replay.bytes).toBeCloseTo(300 * perStep + 1024 * 3 * 4 + 3 * 4 * 2, -2);
    const big = createReplay({ ...options, capacity: 1e8 });
    expect(big.spareBytes).toBeLessThan(257e6);
  });
});
