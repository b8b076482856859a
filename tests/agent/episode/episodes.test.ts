import { describe, expect, it, test } from 'vitest';
import { sliceEpisode } from '../../../agent/episode/chunks.ts';
import { buffersOf, COLUMN_NAMES } from '../../../agent/episode/columns.ts';
import { copyEpisode } from '../../../agent/episode/copy.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { createEpisodeStore, segmentRows } from '../../../agent/episode/store.ts';
import { createPointWorld } from '../point-world.ts';

const ORIGINS = ['experience', 'counterfactual', 'prediction'] as const;

function record(id: string, steps: number, options: { stateEvery?: number; seed?: number } = {}) {
  const env = createPointWorld();
  const recorder = createEpisodeRecorder({
    runId: 'run',
    environmentId: env.id,
    configHash: 'hash',
    observationSize: env.observationSpace.size,
    actionSize: env.actionSpace.size,
    bodies: env.scene.bodies.length,
    keepPoses: true,
    capacity: 2,
    stateEvery: options.stateEvery ?? 0,
  });
  const action = new Float32Array(2);
  const wanted = new Float32Array(2);
  recorder.begin(id, options.seed ?? 3, 1000, env, env.reset(options.seed ?? 3));
  for (let t = 0; t < steps; t++) {
    action.set([0.1, t / steps]);
    wanted.set([-0.1, 0]);
    recorder.step(env, env.step(action), action, wanted, t % 2 ? 'human' : 'policy', t);
  }
  return { env, recorder };
}

describe('episode recorder', () => {
  it('[EPI-1] keeps one more observation, pose and position than actions, through doubling', () => {
    const { recorder } = record('e', 13);
    const e = recorder.episode();
    expect(e.length).toBe(13);
    expect(e.observations.length).toBe(14 * e.observationSize);
    expect(e.actions.length).toBe(13 * 2);
    expect(e.poses.length).toBe(14 * e.bodies * 7);
    expect(e.positions.length).toBe(14 * 3);
    expect([...e.sources.subarray(0, 4)]).toEqual([0, 1, 0, 1]);
    expect([...e.policyVersions]).toEqual([...Array(13).keys()]);
    expect(e.actions[1 + 2 * 12]).toBeCloseTo(12 / 13);
    expect(e.policyActions[2 * 12]).toBeCloseTo(-0.1);
    expect(e.end).toBe('open');
    const total = e.envRewards.reduce((a, b) => a + b, 0);
    expect(e.summary.return).toBeCloseTo(total, 5);
  });

  it('[EPI-2] from a saved state the environment goes on exactly as recorded', () => {
    const { env, recorder } = record('e', 10, { stateEvery: 4 });
    const before = copyEpisode(recorder.episode());
    expect(before.states.map((s) => s.step)).toEqual([0, 4, 8]);
    env.loadState(before.states[1]!.state);
    for (let t = 4; t < 10; t++) {
      const { observation } = env.step(before.actions.slice(t * 2, t * 2 + 2));
      const d = before.observationSize;
      expect([...observation]).toEqual([...before.observations.subarray((t + 1) * d, (t + 2) * d)]);
    }
  });

  it('[EPI-3] refuses steps after the end and arrays of a wrong length', () => {
    const { env, recorder } = record('e', 2);
    const short = new Float32Array(1);
    const ok = new Float32Array(2);
    expect(() => recorder.step(env, env.step(ok), short, ok, 'policy', 0)).toThrow(
      'recorder.action: has 1 numbers, expected 2',
    );
    recorder.end('aborted');
    expect(() => recorder.step(env, env.step(ok), ok, ok, 'policy', 0)).toThrow('is aborted');
    expect(recorder.episode().end).toBe('aborted');
  });
});

describe('episode store', () => {
  const ended = (id: string) => {
    const { recorder } = record(id, 10);
    recorder.end('truncated');
    return recorder.episode();
  };

  it('[EPI-4] forgets the oldest beyond maxSteps and never a pinned one, pinned early or late', () => {
    const store = createEpisodeStore({ maxSteps: 25 });
    store.pin('b');
    for (const id of ['a', 'b', 'c', 'd']) store.add(ended(id));
    expect(store.ids()).toEqual(['b', 'c', 'd']);
    store.pin('c');
    for (const id of ['e', 'f']) store.add(ended(id));
    expect(store.ids()).toEqual(['b', 'c', 'e', 'f']);
    expect(store.steps).toBe(40);
  });

  it('[EPI-10] what is held stays until something else is, what is pinned also then, and what goes on', () => {
    const store = createEpisodeStore({ maxSteps: 25 });
    const add = (...ids: string[]) => {
      for (const id of ids) store.add(ended(id));
    };
    store.append(record('open', 10).recorder.episode(), 0, 10);
    store.hold(['a', 'b', 'later']);
    add('a', 'b', 'c', 'd', 'e', 'f');
    expect(store.ids()).toEqual(['open', 'a', 'b', 'f']);
    store.pin('a');
    store.hold(['later']);
    add('g', 'later', 'h', 'i', 'j');
    expect(store.ids()).toEqual(['open', 'a', 'later', 'j']);
    store.hold([]);
    add('k', 'l');
    expect(store.ids()).toEqual(['open', 'a', 'l']);
    expect(store.steps).toBe(30);
  });

  it('[EPI-5] grows in pieces, overlapping ones too, to the same episode', () => {
    const whole = record('e', 12).recorder.episode();
    const store = createEpisodeStore({ maxSteps: 100, poses: true });
    const part = (to: number) => ({ ...whole, length: to });
    store.append(part(5), 0, 5);
    store.append(part(9), 5, 9);
    store.append(part(12), 7, 12);
    expect(copyEpisode(store.get('e')!)).toEqual(copyEpisode(whole));
    expect(store.steps).toBe(12);
    expect(() => store.append(part(5), 3, 9)).toThrow('steps [3, 9)');
  });

  it('[EPI-6] keeps copies: later changes of the recorder do not reach it', () => {
    const { recorder } = record('e', 5);
    const store = createEpisodeStore({ maxSteps: 100 });
    store.add(recorder.episode());
    const first = store.get('e')!.actions[0];
    recorder.episode().actions[0] = 0.9;
    expect(store.get('e')!.actions[0]).toBe(first);
    expect(segmentRows({ episodeId: 'e', from: 1, to: 4 }, store)!.n).toBe(3);
    expect(segmentRows({ episodeId: 'e', from: 1, to: 6 }, store)).toBeUndefined();
    expect(segmentRows({ episodeId: 'x', from: 0, to: 1 }, store)).toBeUndefined();
  });

  it('[EPI-7] only what happened step by step is experience', () => {
    const store = createEpisodeStore({ maxSteps: 100 });
    const episode = record('e', 5).recorder.episode();
    for (const origin of ORIGINS) store.append({ ...episode, id: origin, origin }, 0, 5);
    store.append({ ...episode, id: 'recalled' }, 5, 5);
    expect(store.experienceIds()).toEqual(['experience']);
    expect(store.ids()).toHaveLength(4);
  });
});

test('[EPI-8] the buffers of a chunk and of a copy can be transferred; the recorder keeps its own', () => {
  const { recorder } = record('e', 5);
  const episode = recorder.episode();
  const before = copyEpisode(episode);
  for (const sent of [sliceEpisode(episode, 1, 5), copyEpisode(episode)]) {
    const received = structuredClone(sent, { transfer: buffersOf(sent) });
    expect(received.actions.length).toBeGreaterThan(0);
    for (const name of COLUMN_NAMES) expect(sent[name].byteLength).toBe(0);
  }
  expect(copyEpisode(episode)).toEqual(before);
});
