/** The live loop with a gate: the robot asks for a person, and says when they may let go. */
import { beforeEach, expect, it } from 'vitest';
import type { GateSnapshot, PolicySnapshot } from '../../../agent/contract.ts';
import { createLiveLoop } from '../../../server/actors/live-loop.ts';
import type { LiveCommand, LiveEvent } from '../../../server/actors/messages.ts';
import { decodeFrame, FLAG } from '../../../server/protocol/index.ts';
import { createPointWorld } from '../../agent/point-world.ts';
import { ALWAYS, NEVER } from './gates.ts';

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
const POLICY = [0.2, -0.1];
const SAFE = [0, -1];

let now = 0;
let events: LiveEvent[] = [];
let loop: ReturnType<typeof createLiveLoop>;

const of = <T extends LiveEvent['type']>(type: T) =>
  events.filter((e): e is Extract<LiveEvent, { type: T }> => e.type === type);
const frame = () => decodeFrame(of('frame').at(-1)!.buffer);
const state = () => of('state').at(-1)!;
const send = (command: LiveCommand) => loop.command(command, now);
const rounded = (a: Float32Array) => [...a].map((v) => Math.round(v * 1000) / 1000);

function gate(snapshotOfGate?: GateSnapshot): void {
  send({ type: 'snapshot', snapshot, ...(snapshotOfGate ? { gate: snapshotOfGate } : {}) });
}

function tick(n = 1): void {
  for (let i = 0; i < n; i++) {
    now += 100;
    loop.tick(now);
  }
}

/** A person drives for so many steps. */
function drive(values: readonly number[], n = 1): void {
  for (let i = 0; i < n; i++) {
    const { episodeNumber, step } = frame();
    const input = {
      sequence: 1,
      episodeNumber,
      step,
      sentAt: now,
      activeAxes: 1,
      values: Float32Array.from(values),
    };
    send({ type: 'input', input });
    tick();
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
});

it('[CTRL-12] where the gate asks the state says so at once and once, and the policy drives on', () => {
  gate();
  tick(3);
  expect(of('state').map((s) => s.request)).toEqual(of('state').map(() => 'none'));
  gate(ALWAYS);
  const before = of('state').length;
  tick(5);
  expect(of('state').slice(before)).toMatchObject([{ request: 'take-over', controller: 'policy' }]);
  expect(rounded(frame().action)).toEqual(POLICY);
});

it('[CTRL-12] a gate that asks no longer is heard a second later; a person who comes ends it at once', () => {
  gate(ALWAYS);
  tick(2);
  gate(NEVER);
  tick(10);
  expect(state().request).toBe('take-over');
  tick();
  expect(state().request).toBe('none');
  gate(ALWAYS);
  tick();
  drive([0.9, 0.9]);
  expect(state()).toMatchObject({ request: 'none', controller: 'human' });
});

it('[CTRL-13] a person who does what the policy would is told that they may let go', () => {
  gate(NEVER);
  drive([-0.8, 0.8], 8);
  expect(state().request).toBe('none');
  drive(POLICY, 5);
  expect(state()).toMatchObject({ request: 'hand-back', controller: 'human' });
  drive([-0.8, 0.8], 2);
  expect(state().request).toBe('hand-back');
  drive([-0.8, 0.8]);
  expect(state().request).toBe('none');
});

it('[CTRL-14] with release to brake the robot brakes while it asks, until somebody drives', () => {
  gate(ALWAYS);
  send({ type: 'release-to', target: 'brake' });
  tick(2);
  expect(rounded(frame().action)).toEqual(SAFE);
  expect(rounded(frame().policyAction)).toEqual(POLICY);
  expect(frame().flags & FLAG.safe).toBeTruthy();
  expect(state()).toMatchObject({ request: 'take-over', controller: 'safe', state: 'running' });
  drive([0.3, 0.3]);
  expect(rounded(frame().action)).toEqual([0.3, 0.3]);
  expect(state()).toMatchObject({ request: 'none', controller: 'human' });
});

it('[CTRL-14] it drives on when it asks no longer, or when operators choose so', () => {
  gate(ALWAYS);
  send({ type: 'release-to', target: 'brake' });
  tick(3);
  gate(NEVER);
  tick(10);
  expect(rounded(frame().action)).toEqual(SAFE);
  tick();
  expect(rounded(frame().action)).toEqual(POLICY);
  expect(state()).toMatchObject({ request: 'none', controller: 'policy' });
  gate(ALWAYS);
  tick();
  expect(state().controller).toBe('safe');
  send({ type: 'release-to', target: 'policy' });
  tick();
  expect(rounded(frame().action)).toEqual(POLICY);
  expect(state()).toMatchObject({ request: 'take-over', controller: 'policy' });
});

it('[CTRL-14] after an emergency stop it brakes and asks nobody: nobody could drive', () => {
  gate(ALWAYS);
  tick(2);
  send({ type: 'estop' });
  tick(2);
  expect(state()).toMatchObject({ request: 'none', controller: 'safe', state: 'stopped' });
  expect(rounded(frame().action)).toEqual(SAFE);
});

it('[CTRL-12] a new episode begins without a request; the steps that asked are counted in each', () => {
  gate(NEVER);
  tick(2);
  gate(ALWAYS);
  tick(3);
  gate(NEVER);
  tick(2);
  send({ type: 'reset' });
  expect(of('episode').at(-1)!.episode.summary.askedSteps).toBe(3);
  expect(state().request).toBe('none');
  tick(2);
  expect(state().request).toBe('none');
  send({ type: 'flush', tag: 1 });
  expect(of('episode').at(-1)!.episode.summary.askedSteps).toBe(0);
});
