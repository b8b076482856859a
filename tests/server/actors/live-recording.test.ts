/** A person drives, to keep it or to discard it: nobody else does, and nothing learns from it. */
import { beforeEach, expect, it } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { FLAG } from '../../../server/protocol/index.ts';
import { branchOf } from '../../../server/run/recordings.ts';
import { ADA, createRig, rounded } from './live-rig.ts';

const BO = { sessionId: 'bo-1', teacherId: 'bo' };
let rig: ReturnType<typeof createRig>;

beforeEach(() => {
  rig = createRig();
  rig.publish();
});

const state = () => rig.of('state').at(-1)!;
const recorded = (): Episode[] =>
  rig.of('episode').flatMap(({ episode: e }) => (e.origin === 'recording' ? [e] : []));
const record = (start = {}) => rig.send({ type: 'record', start, driver: ADA });

it('[REC-1] it begins with a new episode of the seed that was asked for, and waits for who asked', () => {
  rig.tick(5);
  record({ seed: 42 });
  expect(state()).toMatchObject({ seed: 42, state: 'paused', recorder: ADA, step: 0 });
  rig.tick(20);
  expect(rig.frame().step).toBe(0);
  expect(rig.of('episode')).toMatchObject([{ endReason: 'reset', episode: { length: 5 } }]);
});

it('[REC-1] it begins at any step of an episode exactly as it was there', () => {
  rig.tick(30);
  rig.send({ type: 'reset' });
  const driven = rig.of('episode').at(-1)!.episode;
  for (const step of [0, 10, 17, 30]) {
    record(branchOf(driven, step));
    rig.hold([1, 1]);
    rig.tick();
    rig.send({ type: 'end-recording' });
    rig.hold([0, 0], 0);
    const { branchOf: from, observations, length } = recorded().at(-1)!;
    expect(from).toEqual({ episodeId: driven.id, step });
    expect(length).toBe(1);
    const there = driven.observations.subarray(2 * step, 2 * step + 2);
    expect(rounded(observations.subarray(0, 2))).toEqual(rounded(there));
  }
});

it('[REC-1] without a state near by it begins from the reset; past the end it does not begin', () => {
  rig.tick(12);
  rig.send({ type: 'reset' });
  const driven = { ...rig.of('episode').at(-1)!.episode, states: [] };
  expect(branchOf(driven, 12).branch!.actions).toHaveLength(24);
  expect(() => branchOf(driven, 13)).toThrow(/step: is 13, allowed 0 to 12/);
  expect(() => branchOf({ ...driven, end: 'terminated' }, 12)).toThrow(/allowed 0 to 11/);
  const branch = { ...driven, branchOf: { episodeId: 'e', step: 3 } };
  expect(() => branchOf(branch, 4)).toThrow(/keeps no state/);
});

it('[REC-2] time passes only while the person drives: every step is theirs', () => {
  record();
  rig.hold([0.5, 0.5]);
  rig.tick(4);
  rig.hold([0, 0], 0);
  rig.tick(10);
  expect(state().state).toBe('paused');
  rig.send({ type: 'play' }); // there is nobody to go on
  rig.tick(10);
  rig.hold([0.1, 0.1]);
  rig.tick(9); // silent after half a second
  rig.send({ type: 'end-recording' });
  const [episode] = recorded();
  expect(episode!.length).toBe(9);
  expect([...episode!.sources].every((source) => source === 1)).toBe(true);
});

it('[REC-2] a pause holds while the controls are kept, and the hands of others do nothing', () => {
  record();
  rig.hold([0.5, 0.5], 0, { driver: BO, latched: true });
  rig.tick(2);
  expect(rig.frame().step).toBe(0);
  rig.hold([0.5, 0.5], 0, { latched: true });
  rig.tick(2);
  rig.send({ type: 'pause' });
  rig.hold([0.5, 0.5], 0, { latched: true });
  rig.tick(2);
  expect(rig.frame().step).toBe(2);
  rig.send({ type: 'play' });
  rig.tick(2);
  expect(rig.frame().step).toBe(4);
});

it('[REC-2] control that is shared elsewhere is the person’s alone in a recording, and does not fade', () => {
  rig.send({ type: 'share', share: 0.5 });
  record();
  rig.hold([1, 1], 3);
  rig.tick(2);
  rig.hold([0, 0], 0);
  rig.tick(5);
  rig.hold([1, 1], 3);
  rig.tick(1);
  rig.send({ type: 'end-recording' });
  const [episode] = recorded();
  expect([...episode!.sources]).toEqual([1, 1, 1]);
  expect(rounded(episode!.actions)).toEqual([1, 1, 1, 1, 1, 1]);
});

it('[REC-2] a stop holds in a recording as everywhere', () => {
  record();
  rig.hold([1, 1]);
  rig.tick(2);
  rig.send({ type: 'estop' });
  rig.hold([1, 1]);
  rig.tick(3);
  expect(rig.frame().step).toBe(2);
  rig.send({ type: 'play' });
  rig.hold([1, 1]);
  rig.tick(1);
  expect(rig.frame().step).toBe(3);
});

it('[REC-2] going back in a recording goes on recording, from a moment of it', () => {
  record();
  for (let i = 0; i < 4; i++) {
    rig.hold([0.2, 0.2]);
    rig.tick(5);
  }
  rig.send({ type: 'rewind', seconds: 1 });
  expect(state()).toMatchObject({ recorder: ADA, state: 'paused' });
  rig.hold([-0.2, -0.2]);
  rig.tick(3);
  rig.send({ type: 'end-recording' });
  const [first, second] = recorded();
  expect(second!.branchOf).toEqual({ episodeId: first!.id, step: 10 });
});

it('[REC-3] when it has ended the agent drives again, and hands that were on the controls count once let go', () => {
  record();
  rig.hold([0.5, 0.5]);
  rig.tick(3);
  rig.send({ type: 'end-recording' });
  expect(state().recorder).toBeUndefined();
  rig.hold([0.5, 0.5]);
  rig.tick();
  expect(rig.frame().flags & FLAG.human).toBe(0);
  expect(rig.frame().step).toBe(1);
  rig.hold([0.5, 0.5], 0);
  rig.hold([0.5, 0.5]);
  rig.tick();
  expect(rig.frame().flags & FLAG.human).toBeTruthy();
});

it('[REC-3] half a second without those hands is letting go, where nobody heard of it', () => {
  record();
  rig.hold([0.5, 0.5]);
  rig.tick(3);
  rig.send({ type: 'end-recording' });
  rig.tick(6);
  rig.hold([0.5, 0.5]);
  rig.tick();
  expect(rig.frame().flags & FLAG.human).toBeTruthy();
});

it('[REC-3] its episode ends it, and so does a new one', () => {
  record();
  for (let i = 0; i < 60 && state().recorder; i++) {
    rig.hold([1, 1]);
    rig.tick();
  }
  expect(recorded()[0]!.end).not.toBe('aborted');
  record();
  rig.send({ type: 'reset', seed: 5 });
  expect(state()).toMatchObject({ seed: 5, state: 'running' });
  expect(state().recorder).toBeUndefined();
});

it('[REC-3] nobody waits for ever: five minutes without a hand end it', () => {
  record();
  rig.hold([1, 1]);
  rig.tick(2);
  rig.hold([0, 0], 0);
  rig.tick(1, 299_000);
  expect(state().recorder).toEqual(ADA);
  rig.tick(1, 2000);
  expect(state()).toMatchObject({ state: 'running' });
  expect(recorded()[0]!.length).toBe(2);
});

it('[REC-4] the learner hears nothing of it, and it is no takeover', () => {
  rig.forget();
  record();
  for (let i = 0; i < 6; i++) {
    rig.hold([0.1, 0.1]);
    rig.tick(5);
  }
  rig.send({ type: 'resend' });
  rig.send({ type: 'flush', tag: 1 });
  rig.send({ type: 'end-recording' });
  expect(rig.of('chunk').filter(({ chunk }) => chunk.id === recorded()[0]!.id)).toEqual([]);
  expect(rig.of('override')).toEqual([]);
  expect(recorded().map(({ length, end }) => [length, end])).toEqual([
    [30, 'open'],
    [30, 'aborted'],
  ]);
});
