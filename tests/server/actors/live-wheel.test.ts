/** The wheel of the live loop: no stale hand on it, and nothing moves that nobody moves. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FLAG } from '../../../server/protocol/index.ts';
import { createRig, POLICY, rounded } from './live-rig.ts';

let rig: ReturnType<typeof createRig>;
const isHuman = () => (rig.frame().flags & FLAG.human) !== 0;
const state = () => rig.of('state').at(-1)!;

beforeEach(() => {
  rig = createRig();
  rig.publish();
});

it('[CTRL-15] an input for a picture of 0.5 s ago acts, for an older one it has no effect', () => {
  rig.tick(20);
  rig.hold([0.5, 0.5], 1, { step: 14 });
  rig.tick();
  expect(isHuman()).toBe(false);
  rig.hold([0.5, 0.5], 1, { step: 16 });
  rig.tick();
  expect(rounded(rig.frame().action)).toEqual([0.5, 0.5]);
});

it('[CTRL-15] commands that arrive late in a burst do not prolong a takeover', () => {
  rig.tick(10);
  rig.hold([1, 1]);
  rig.tick(3);
  for (let i = 0; i < 20; i++) rig.hold([0.9, 0.9], 1, { step: 3 });
  rig.tick(3);
  expect(isHuman()).toBe(false);
});

it('[CTRL-15] letting go is never too late, nor for the wrong episode', () => {
  rig.tick(20);
  rig.hold([1, 1]);
  rig.tick();
  rig.hold([0, 0], 0, { step: 0, episodeNumber: 0 });
  rig.tick();
  expect(isHuman()).toBe(false);
});

it('[CTRL-2] at eight times the speed silence ends a takeover after 0.5 s of the simulation', () => {
  rig.send({ type: 'speed', factor: 8 });
  rig.hold([1, 1]);
  rig.tick(5, 12.5);
  expect(isHuman()).toBe(true);
  rig.tick(1, 12.5);
  expect(isHuman()).toBe(false);
  expect(rig.of('override')).toMatchObject([{ from: 0, to: 5, cause: 'watchdog' }]);
});

it('[CTRL-2] at a tenth of the speed silence ends it after 0.5 s of the wall clock', () => {
  rig.send({ type: 'speed', factor: 0.1 });
  rig.hold([1, 1]);
  rig.tick(1, 500);
  expect(isHuman()).toBe(true);
  rig.hold([1, 1]);
  rig.tick(1, 1000);
  expect(isHuman()).toBe(false);
});

it('[CTRL-21] who takes over from a silent operator between two steps has a takeover of their own', () => {
  const bob = { sessionId: 'bob-1', teacherId: 'bob' };
  rig.hold([1, 1]);
  rig.tick(3);
  rig.send({ type: 'release' });
  rig.hold([-1, -1], 1, { driver: bob });
  rig.tick(2);
  rig.hold([0, 0], 0, { driver: bob });
  rig.tick();
  expect(rig.of('override')).toMatchObject([
    { teacherId: 'ada', from: 0, to: 3 },
    { teacherId: 'bob', from: 3, to: 5 },
  ]);
});

it('[CTRL-16] holding on does not undo a pause; a new takeover does, and so does play', () => {
  rig.hold([1, 1]);
  rig.tick(2);
  const { step } = rig.frame();
  rig.send({ type: 'pause' });
  rig.hold([1, 1]);
  rig.tick(2);
  expect(rig.frame().step).toBe(step);
  expect(state().state).toBe('paused');
  rig.hold([0, 0], 0);
  rig.hold([1, 1]);
  rig.tick();
  expect(rig.frame().step).toBe(step + 1);
  rig.send({ type: 'pause' });
  rig.send({ type: 'play' });
  rig.hold([1, 1]);
  rig.tick();
  expect(rig.frame().step).toBe(step + 2);
});

it('[CTRL-5] a stop acts at the next step, whatever was sent before it', () => {
  for (let i = 0; i < 500; i++) rig.hold([1, 1]);
  rig.send({ type: 'estop' });
  for (let i = 0; i < 500; i++) rig.hold([1, 1]);
  rig.tick();
  expect(state()).toMatchObject({ state: 'stopped', controller: 'safe' });
  expect(rig.frame().flags & FLAG.safe).toBeTruthy();
});

it('[CTRL-23] latched control stays without an axis in use, until it is let go of or falls silent', () => {
  rig.hold([0, 0], 0, { latched: true });
  rig.tick(3);
  expect(isHuman()).toBe(true);
  expect(rounded(rig.frame().action)).toEqual([0, 0]);
  rig.hold([0, 0], 0);
  rig.tick();
  expect(isHuman()).toBe(false);
  rig.hold([0, 0], 0, { latched: true });
  rig.tick(6);
  expect(isHuman()).toBe(false);
  expect(rig.of('override')).toMatchObject([
    { from: 0, to: 3, cause: 'released' },
    { from: 4, to: 9, cause: 'watchdog' },
  ]);
});

describe('[CTRL-19] where axes are positions', () => {
  beforeEach(() => {
    rig = createRig({ holds: true });
    rig.publish();
    rig.tick(10);
  });
  const here = () => rounded(rig.frame().poses.slice(0, 2));

  it('an axis that nobody moves holds where it was when it was let go', () => {
    const [, y] = here();
    rig.hold([0.5, 0], 0b01);
    rig.tick();
    expect(rounded(rig.frame().action)).toEqual([0.5, y]);
    rig.hold([0.6, 0], 0b01);
    rig.tick();
    expect(rounded(rig.frame().action)).toEqual([0.6, y]);
    rig.hold([0.6, -0.3], 0b11);
    rig.tick();
    const [x] = here();
    rig.hold([0, -0.3], 0b10);
    rig.tick();
    expect(rounded(rig.frame().action)).toEqual([x, -0.3]);
  });

  it('latched control that moves nothing holds everything where it was', () => {
    const at = here();
    rig.hold([0, 0], 0, { latched: true });
    rig.tick(3);
    expect(rounded(rig.frame().action)).toEqual(at);
    rig.hold([0.5, 0], 0b01, { latched: true });
    rig.tick();
    expect(rounded(rig.frame().action)).toEqual([0.5, at[1]]);
  });

  it('a stopped robot holds where it was, for as long as it is stopped', () => {
    const at = here();
    rig.send({ type: 'estop' });
    rig.tick();
    expect(rounded(rig.frame().action)).toEqual(at);
    rig.tick(5);
    expect(rounded(rig.frame().action)).toEqual(at);
    rig.send({ type: 'play' });
    rig.tick();
    expect(rounded(rig.frame().action)).toEqual(POLICY);
  });
});
