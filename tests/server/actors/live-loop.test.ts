import { beforeEach, expect, it } from 'vitest';
import type { PolicySnapshot } from '../../../agent/contract.ts';
import { createLiveLoop } from '../../../server/actors/live-loop.ts';
import type { LiveCommand, LiveEvent } from '../../../server/actors/messages.ts';
import { decodeFrame, FLAG } from '../../../server/protocol/index.ts';
import { createPointWorld } from '../../agent/point-world.ts';

/** Always goes (+0.2, −0.1). */
const snapshot: PolicySnapshot = {
  version: 7,
  layers: [
    {
      inputs: 2,
      outputs: 2,
      activation: 'linear',
      weights: new Float32Array(4),
      bias: Float32Array.of(0.2, -0.1),
    },
  ],
  logStd: 'deterministic',
  squash: 'none',
  actionSpace: { low: Float32Array.of(-1, -1), high: Float32Array.of(1, 1), size: 2 },
};

const SAFE = [0, -1];
let now = 0;
let events: LiveEvent[] = [];
let loop: ReturnType<typeof createLiveLoop>;
let sequence = 0;

const of = <T extends LiveEvent['type']>(type: T) =>
  events.filter((e): e is Extract<LiveEvent, { type: T }> => e.type === type);
const frame = () => decodeFrame(of('frame').at(-1)!.buffer);
const send = (command: LiveCommand) => loop.command(command, now);

function hold(values: number[], activeAxes = 1, episodeNumber = frame().episodeNumber): void {
  const input = {
    sequence: ++sequence,
    episodeNumber,
    step: frame().step,
    sentAt: now,
    activeAxes,
    values: Float32Array.from(values),
  };
  send({ type: 'input', input });
}

function tick(n = 1): void {
  for (let i = 0; i < n; i++) {
    now += 100;
    loop.tick(now);
  }
}

beforeEach(() => {
  now = 1000;
  events = [];
  const data = {
    module: '',
    actor: 'live',
    runId: 'run-1',
    environmentId: 'point-world',
    environmentOptions: {},
    configHash: 'abc',
    seed: 1,
    safeAction: SAFE,
    trainSeeds: { start: 0, count: 100 },
    session: 's',
  };
  const emit = (event: LiveEvent) => void events.push(event);
  loop = createLiveLoop(createPointWorld(), createPointWorld(), data, emit, () => now);
  send({ type: 'snapshot', snapshot });
});

const rounded = (a: Float32Array) => [...a].map((v) => Math.round(v * 1000) / 1000);

it('[ROBOT-26] an environment without contacts sends plain frames to a viewer who asks for them', () => {
  send({ type: 'overlays', viewer: 'a', on: true });
  tick(2);
  expect(frame().contacts).toBeUndefined();
  expect(frame().joints).toBeUndefined();
});

it('[CTRL-1] an input acts at the next control step, beside what the policy wanted', () => {
  tick(3);
  hold([0.5, -0.5]);
  tick();
  const f = frame();
  expect(rounded(f.action)).toEqual([0.5, -0.5]);
  expect(rounded(f.policyAction)).toEqual([0.2, -0.1]);
  expect(f.flags & FLAG.human).toBeTruthy();
  expect(f.flags & FLAG.handover).toBeTruthy();
  expect(f.inputSequence).toBe(sequence);
  hold([0.5, -0.5]);
  tick();
  expect(frame().flags & FLAG.handover).toBe(0);
});

it('[CTRL-2] silence for half a second ends a takeover, never with the last command', () => {
  hold([1, 1]);
  tick(5);
  expect(frame().flags & FLAG.human).toBeTruthy();
  tick();
  expect(frame().flags & FLAG.human).toBe(0);
  expect(rounded(frame().action)).toEqual([0.2, -0.1]);
  expect(of('override')).toMatchObject([{ from: 0, to: 5, cause: 'watchdog' }]);
});

it('[CTRL-3] with release-to brake the safe action holds after a release', () => {
  send({ type: 'release-to', target: 'brake' });
  hold([1, 1]);
  tick(2);
  hold([0, 0], 0);
  tick(3);
  expect(rounded(frame().action)).toEqual(SAFE);
  expect(frame().flags & FLAG.safe).toBeTruthy();
  hold([0.3, 0.3]); // a person may take over again
  tick();
  expect(rounded(frame().action)).toEqual([0.3, 0.3]);
});

it('[CTRL-4] opposite commands on two axes do not cancel out', () => {
  hold([0.7, -0.7], 3);
  tick();
  expect(rounded(frame().action)).toEqual([0.7, -0.7]);
  expect(frame().flags & FLAG.human).toBeTruthy();
});

it('[CTRL-5] after an emergency stop nobody drives until play', () => {
  hold([1, 1]);
  tick(2);
  send({ type: 'estop' });
  hold([1, 1]);
  tick(2);
  expect(rounded(frame().action)).toEqual(SAFE);
  expect(of('state').at(-1)!.state).toBe('stopped');
  expect(of('override')).toMatchObject([{ cause: 'estop', from: 0, to: 2 }]);
  send({ type: 'play' });
  tick();
  expect(rounded(frame().action)).toEqual([0.2, -0.1]);
});

it('[CTRL-6] rewind goes back to a state that was, paused, in a branch; what was driven stays', () => {
  tick(25);
  const before = frame();
  send({ type: 'rewind', seconds: 1 });
  const after = frame();
  expect(after.time).toBeLessThan(before.time - 0.9);
  expect(after.flags & FLAG.jump).toBeTruthy();
  expect(after.flags & FLAG.paused).toBeTruthy();
  expect(of('episode')).toMatchObject([{ endReason: 'rewind', episode: { length: 25 } }]);
  tick(5);
  expect(frame().time).toBe(after.time);
  send({ type: 'play' });
  tick();
  expect(frame().time).toBeCloseTo(after.time + 0.1, 5);
});

it('[CTRL-7] an input meant for another episode, or of another size, has no effect', () => {
  hold([1, 1], 1, frame().episodeNumber + 1);
  hold([1, 1, 1]);
  tick();
  expect(frame().flags & FLAG.human).toBe(0);
});

it('[CTRL-8] an action outside the space is clipped', () => {
  hold([5, -9]);
  tick();
  expect(rounded(frame().action)).toEqual([1, -1]);
});

it('[CTRL-11] steps on which a person asks for too much are counted, in the episode and at once', () => {
  tick(2);
  hold([1, -1]);
  tick();
  hold([1.5, 0]);
  tick(2);
  hold([0, 0], 0);
  tick(3);
  expect(of('clipped')).toHaveLength(2);
  send({ type: 'flush', tag: 1 });
  expect(of('episode').at(-1)!.episode.summary.clippedActions).toBe(2);
  send({ type: 'reset' });
  tick(1);
  send({ type: 'flush', tag: 2 });
  expect(of('episode').at(-1)!.episode.summary.clippedActions).toBe(0);
});

it('[SRV-8] a flush is answered by the episode as it stands, or by nothing driven yet', () => {
  send({ type: 'flush', tag: 1 });
  expect(of('episode')).toHaveLength(0);
  tick(7);
  send({ type: 'flush', tag: 2 });
  expect(of('episode').at(-1)!.episode).toMatchObject({ length: 7, end: 'open' });
  expect(events.at(-1)).toEqual({ type: 'flushed', tag: 2 });
});

it('[SRV-4] a new learner is told the open episode from its beginning', () => {
  tick(13);
  events = [];
  send({ type: 'resend' });
  expect(of('chunk')).toEqual([
    expect.objectContaining({ chunk: expect.objectContaining({ from: 0, to: 13 }) }),
  ]);
});
