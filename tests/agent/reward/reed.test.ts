import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Episode, Feedback } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { createMlp, type Mlp } from '../../../agent/nn/mlp.ts';
import type { RewardConfig } from '../../../agent/reward/config.ts';
import { createDynamics } from '../../../agent/reward/dynamics.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import {
  createReference,
  noScale,
  type Reference,
  type SavedReference,
} from '../../../agent/reward/reference.ts';
import { createRandom } from '../../../sim/random.ts';
import { expectGradient } from '../learners/gradient-check.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';

const spec = pointSpec();
const store = createEpisodeStore({ maxSteps: 10_000 });
const owned: { dispose(): void }[] = [];
const reed = { batch: 64, weight: 1 };
let backend: Backend;

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  for (const episode of recordPointEpisodes(30, 5)) store.add(episode);
});
afterAll(() => {
  for (const one of owned) one.dispose();
});

/** Rows (x, y, vx, vy) of the point world. */
function write(e: Episode, t: number, actions: Float32Array, out: Float32Array, at: number): void {
  out.set(e.observations.subarray(2 * t, 2 * t + 2), at);
  out.set(actions.subarray(2 * t, 2 * t + 2), at + 2);
}

function watched(capacity = 4096): Reference {
  const reference = createReference(capacity, 4);
  for (const id of store.ids()) reference.add(store.get(id)!, 0, store.get(id)!.length, write);
  return reference;
}

function network(on = backend): Mlp {
  const sizes = [4, 16, 3];
  const net = createMlp(on, { sizes, activation: 'leaky-relu' }, createRandom(1));
  owned.push(net);
  return net;
}

describe('steps in a row', () => {
  test('[RWD-24] a step and what came next are of one episode, also once the ring has turned', () => {
    const ids = store.ids();
    const name = (e: Episode, t: number, _actions: Float32Array, out: Float32Array, at: number) =>
      out.set([ids.indexOf(e.id), t], at);
    for (const capacity of [4096, 333]) {
      const reference = createReference(capacity, 2);
      for (const id of ids) reference.add(store.get(id)!, 0, store.get(id)!.length, name);
      const random = createRandom(2);
      for (let i = 0; i < 2000; i++) {
        const { row, next } = reference.drawStep(random)!;
        const [episode, t] = reference.rows.subarray(2 * row);
        expect([...reference.rows.subarray(2 * next, 2 * next + 2)]).toEqual([episode, t! + 1]);
      }
    }
  });

  test('[RWD-25] runs are of one episode where there are any so long', () => {
    const ids = store.ids();
    const reference = createReference(333, 2);
    const name = (e: Episode, t: number, _actions: Float32Array, out: Float32Array, at: number) =>
      out.set([ids.indexOf(e.id), t], at);
    for (const id of ids) reference.add(store.get(id)!, 0, store.get(id)!.length, name);
    const random = createRandom(4);
    let whole = 0;
    for (let i = 0; i < 500; i++) {
      const run = reference.drawRun(10, random)!;
      const [episode, t] = run;
      if (run[18] === episode && run[19] === t! + 9) whole++;
    }
    expect(whole).toBeGreaterThan(495);
    expect(reference.drawRun(200, random)).toBeDefined();
    expect(reference.drawRun(334, random)).toBeUndefined();
  });

  test('[RWD-25] runs follow their episode through the chunks of others, also once saved and loaded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 30 })), {
          minLength: 30,
          maxLength: 60,
        }),
        fc.constantFrom(150, 333, 4096),
        (turns, capacity) => {
          const episodes = store
            .ids()
            .slice(0, 4)
            .map((id) => store.get(id)!);
          const name = (e: Episode, t: number, _a: Float32Array, out: Float32Array, at: number) =>
            out.set([episodes.indexOf(e), t], at);
          const told = episodes.map(() => 0);
          const tell = (into: Reference, [i, n]: readonly [number, number]) => {
            const to = Math.min(episodes[i]!.length, told[i]! + n);
            into.add(episodes[i]!, told[i]!, to, name);
            told[i] = to;
          };
          const first = createReference(capacity, 2);
          for (const turn of turns.slice(0, 15)) tell(first, turn);
          const arrays = {};
          const meta = JSON.parse(JSON.stringify(first.save(arrays))) as SavedReference;
          const reference = createReference(capacity, 2);
          reference.load(arrays, meta);
          for (const turn of turns.slice(15)) tell(reference, turn);
          const random = createRandom(1);
          for (let i = 0; i < 100; i++) {
            const step = reference.drawStep(random);
            if (!step) continue;
            const [episode, t] = reference.rows.subarray(2 * step.row);
            const following = reference.rows.subarray(2 * step.next, 2 * step.next + 2);
            expect([...following]).toEqual([episode, t! + 1]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('[RWD-25] two actors that take turns by fives leave runs of twenty', () => {
    const [a, b] = store.ids().map((id) => store.get(id)!) as [Episode, Episode];
    const name = (e: Episode, t: number, _a: Float32Array, out: Float32Array, at: number) =>
      out.set([e === a ? 0 : 1, t], at);
    const reference = createReference(1000, 2);
    const shorter = Math.min(a.length, b.length);
    for (let t = 0; t + 5 <= shorter; t += 5) {
      reference.add(a, t, t + 5, name);
      reference.add(b, t, t + 5, name);
    }
    const random = createRandom(4);
    let whole = 0;
    for (let i = 0; i < 200; i++) {
      const run = reference.drawRun(20, random)!;
      const expected = Array.from({ length: 20 }, (_, s) => [run[0]!, run[1]! + s]).flat();
      if (expected.every((value, j) => run[j] === value)) whole++;
    }
    expect(whole).toBe(200);
  });

  test('[RWD-24] chunks of one episode are one, also where two take turns', () => {
    const [a, b] = store.ids().map((id) => store.get(id)!);
    const reference = createReference(100, 4);
    reference.add(a!, 0, 3, write);
    reference.add(a!, 3, 5, write);
    reference.add(b!, 0, 2, write);
    reference.add(a!, 5, 6, write);
    const random = createRandom(3);
    const found = new Set<number>();
    for (let i = 0; i < 500; i++) found.add(reference.drawStep(random)!.row);
    expect([...found].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

test.each(['wasm', 'cpu', 'onnx'] as const)(
  '[RWD-24] the gradient of the prediction matches finite differences on %s',
  async (name) => {
    const on = await loadBackend({ prefer: name });
    const net = network(on);
    const reference = watched();
    // The same random numbers every time: the same batch.
    const gradient = () =>
      createDynamics({ batch: 32, weight: 1 }, on, reference, 4, 2, createRandom(5)).addGradient(
        net,
        noScale(4, 0),
      )!;
    const loss = () => {
      const value = gradient();
      net.gradients.fill(0);
      return value;
    };
    expectGradient(net, gradient, loss, createRandom(6));
  },
);

test('[RWD-24] tensors do not pile up, and the reward head is left alone', () => {
  const net = network();
  const dynamics = createDynamics(reed, backend, watched(), 4, 2, createRandom(5));
  dynamics.addGradient(net, noScale(4, 0));
  const before = backend.tf.memory().numTensors;
  for (let i = 0; i < 5; i++) dynamics.addGradient(net, noScale(4, 0));
  expect(backend.tf.memory().numTensors).toBe(before);
  // Weights of the last layer, (16, 3), after the first's (4, 16) and its bias: column 0 is the reward.
  const last = net.gradients.subarray(4 * 16 + 16);
  for (let i = 0; i < 16; i++) {
    expect(last[3 * i]).toBe(0);
    expect(last[3 * i + 1]).not.toBe(0);
  }
});

/** Taught by `labels` right answers, most of behaviour having none. */
function taught(config: Partial<RewardConfig>, labels = 12): RewardEnsemble {
  const model = createRewardEnsemble(spec, { ...config }, backend, createRandom(1));
  owned.push(model);
  for (const id of store.ids()) model.observe(store.get(id)!, 0, store.get(id)!.length);
  tell(model, 0, labels);
  return model;
}

function tell(model: RewardEnsemble, from: number, to: number): void {
  const ids = store.ids();
  for (let i = from; i < to; i++) {
    const random = createRandom(i, 7);
    const segment = () => {
      const e = store.get(ids[random.integer(ids.length)]!)!;
      const start = random.integer(e.length - 10);
      const reward = e.envRewards.subarray(start, start + 10).reduce((sum, r) => sum + r, 0);
      return { segment: { episodeId: e.id, from: start, to: start + 10 }, reward };
    };
    const [a, b] = [segment(), segment()];
    const body = { kind: 'preference', a: a.segment, b: b.segment } as const;
    const at = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
    const choice = a.reward > b.reward ? 'a' : 'b';
    model.feedback({ ...at, ...body, choice, id: `f${i}`, teacherId: 't' } as Feedback, store);
  }
}

function rewards(model: RewardEnsemble): Float32Array {
  const e = store.get(store.ids()[3]!)!;
  const out = new Float32Array(e.length);
  model.predict(e.observations, e.actions, e.length, out);
  return out;
}

test('[RWD-24] what comes next is learned beside the reward', () => {
  for (const output of ['tanh', 'linear'] as const) {
    const model = taught({ reed, output, minSessionSteps: 400, maxSessionSteps: 400 });
    const losses: number[] = [];
    while (model.pending) losses.push(model.update()!['reward/dynamicsLoss']!);
    expect(losses[0]).toBeGreaterThan(0.3);
    expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
    expect(model.report()['reward/pearson']).toBeGreaterThan(0.5);
  }
});

test('[RWD-24] a saved model goes on exactly as the original', () => {
  const model = taught({ reed });
  model.update();
  const again = createRewardEnsemble(spec, { reed }, backend, createRandom(9));
  owned.push(again);
  const { meta, arrays } = model.save();
  again.load({ meta: JSON.parse(JSON.stringify(meta)), arrays });
  for (const one of [model, again]) {
    tell(one, 12, 20);
    for (let i = 0; i < 60 && one.pending; i++) one.update();
  }
  expect(model.version).toBeGreaterThan(0);
  expect(rewards(again)).toEqual(rewards(model));
});

test('[RWD-24] a bad configuration is refused by name', () => {
  const make = (bad: object) => () =>
    createRewardEnsemble(spec, { reed: { ...reed, ...bad } }, backend, createRandom(1));
  expect(make({ batch: 0.5 })).toThrow(
    /reward.reed.batch: is 0.5, allowed whole numbers 1 to 4096/,
  );
  expect(make({ weight: -1 })).toThrow(/reward.reed.weight: is -1, allowed 0 to 1000/);
});
