import { beforeEach, expect, it } from 'vitest';
import { FLAG } from '../../../server/protocol/index.ts';
import { createRig, rounded, SAFE, snapshot } from './live-rig.ts';

let rig: ReturnType<typeof createRig>;

beforeEach(() => {
  rig = createRig();
  rig.publish();
});

it('[ROBOT-26] an environment without contacts sends plain frames to a viewer who asks for them', () => {
  rig.send({ type: 'overlays', viewer: 'a', on: true });
  rig.tick(2);
  expect(rig.frame().contacts).toBeUndefined();
  expect(rig.frame().joints).toBeUndefined();
});

it('[CTRL-1] an input acts at the next control step, beside what the policy wanted', () => {
  rig.tick(3);
  rig.hold([0.5, -0.5]);
  rig.tick();
  const f = rig.frame();
  expect(rounded(f.action)).toEqual([0.5, -0.5]);
  expect(rounded(f.policyAction)).toEqual([0.2, -0.1]);
  expect(f.flags & FLAG.human).toBeTruthy();
  expect(f.flags & FLAG.handover).toBeTruthy();
  expect(f.inputSequence).toBe(rig.sequence);
  rig.hold([0.5, -0.5]);
  rig.tick();
  expect(rig.frame().flags & FLAG.handover).toBe(0);
});

it('[CTRL-2] silence for half a second ends a takeover, never with the last command', () => {
  rig.hold([1, 1]);
  rig.tick(5);
  expect(rig.frame().flags & FLAG.human).toBeTruthy();
  rig.tick();
  expect(rig.frame().flags & FLAG.human).toBe(0);
  expect(rounded(rig.frame().action)).toEqual([0.2, -0.1]);
  expect(rig.of('override')).toMatchObject([{ from: 0, to: 5, cause: 'watchdog' }]);
});

it('[CTRL-3] with release-to brake the safe action holds after a release', () => {
  rig.send({ type: 'release-to', target: 'brake' });
  rig.hold([1, 1]);
  rig.tick(2);
  rig.hold([0, 0], 0);
  rig.tick(3);
  expect(rounded(rig.frame().action)).toEqual(SAFE);
  expect(rig.frame().flags & FLAG.safe).toBeTruthy();
  rig.hold([0.3, 0.3]); // a person may take over again
  rig.tick();
  expect(rounded(rig.frame().action)).toEqual([0.3, 0.3]);
});

it('[CTRL-4] opposite commands on two axes do not cancel out', () => {
  rig.hold([0.7, -0.7], 3);
  rig.tick();
  expect(rounded(rig.frame().action)).toEqual([0.7, -0.7]);
  expect(rig.frame().flags & FLAG.human).toBeTruthy();
});

it('[CTRL-5] after an emergency stop nobody drives until play', () => {
  rig.hold([1, 1]);
  rig.tick(2);
  rig.send({ type: 'estop' });
  rig.hold([1, 1]);
  rig.tick(2);
  expect(rounded(rig.frame().action)).toEqual(SAFE);
  expect(rig.of('state').at(-1)!.state).toBe('stopped');
  expect(rig.of('override')).toMatchObject([{ cause: 'estop', from: 0, to: 2 }]);
  rig.send({ type: 'play' });
  rig.tick();
  expect(rounded(rig.frame().action)).toEqual([0.2, -0.1]);
});

it('[CTRL-6] rewind goes back to a state that was, paused, in a branch; what was driven stays', () => {
  rig.tick(25);
  const before = rig.frame();
  rig.send({ type: 'rewind', seconds: 1 });
  const after = rig.frame();
  expect(after.time).toBeLessThan(before.time - 0.9);
  expect(after.flags & FLAG.jump).toBeTruthy();
  expect(after.flags & FLAG.paused).toBeTruthy();
  expect(rig.of('episode')).toMatchObject([{ endReason: 'rewind', episode: { length: 25 } }]);
  rig.tick(5);
  expect(rig.frame().time).toBe(after.time);
  rig.send({ type: 'play' });
  rig.tick();
  expect(rig.frame().time).toBeCloseTo(after.time + 0.1, 5);
});

it('[CTRL-7] an input meant for another episode, or of another size, has no effect', () => {
  rig.hold([1, 1], 1, { episodeNumber: rig.frame().episodeNumber + 1 });
  rig.hold([1, 1, 1]);
  rig.tick();
  expect(rig.frame().flags & FLAG.human).toBe(0);
});

it('[CTRL-8] an action outside the space is clipped', () => {
  rig.hold([5, -9]);
  rig.tick();
  expect(rounded(rig.frame().action)).toEqual([1, -1]);
});

it('[CTRL-11] steps on which a person asks for too much are counted, in the episode and at once', () => {
  rig.tick(2);
  rig.hold([1, -1]);
  rig.tick();
  rig.hold([1.5, 0]);
  rig.tick(2);
  rig.hold([0, 0], 0);
  rig.tick(3);
  expect(rig.of('clipped')).toHaveLength(2);
  rig.send({ type: 'flush', tag: 1 });
  expect(rig.of('episode').at(-1)!.episode.summary.clippedActions).toBe(2);
  rig.send({ type: 'reset' });
  rig.tick(1);
  rig.send({ type: 'flush', tag: 2 });
  expect(rig.of('episode').at(-1)!.episode.summary.clippedActions).toBe(0);
});

it('[SRV-8] a flush is answered by the episode as it stands, or by nothing driven yet', () => {
  rig.send({ type: 'flush', tag: 1 });
  expect(rig.of('episode')).toHaveLength(0);
  rig.tick(7);
  rig.send({ type: 'flush', tag: 2 });
  expect(rig.of('episode').at(-1)!.episode).toMatchObject({ length: 7, end: 'open' });
  expect(rig.events.at(-1)).toEqual({ type: 'flushed', tag: 2 });
});

it('[SRV-4] a new learner is told the open episode from its beginning', () => {
  rig.tick(13);
  rig.forget();
  rig.send({ type: 'resend' });
  expect(rig.of('chunk')).toEqual([
    expect.objectContaining({ chunk: expect.objectContaining({ from: 0, to: 13 }) }),
  ]);
});

it('[CF-9] a takeover is judged by the policy it overruled', () => {
  rig.hold([1, 1]);
  rig.tick(2);
  rig.send({ type: 'snapshot', snapshot: { ...snapshot, version: 8 } });
  rig.tick();
  rig.hold([0, 0], 0);
  rig.tick();
  const [override] = rig.of('override');
  expect(override).toMatchObject({ from: 0, to: 3, snapshot: { version: 7 } });
});
