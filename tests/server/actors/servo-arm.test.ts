/** An arm with position servos, held at home by a person: nothing is thrown when they let go of a joint. */
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { PolicySnapshot } from '../../../agent/contract.ts';
import { createLiveLoop } from '../../../server/actors/live-loop.ts';
import type { LiveEvent } from '../../../server/actors/messages.ts';
import { decodeFrame } from '../../../server/protocol/index.ts';
import { createMjcfEnvironment } from '../../../sim/robotics/mjcf/environment.ts';
import { ADA } from './live-rig.ts';

const fixtures = new URL('../../sim/robotics/fixtures', import.meta.url).pathname;
const options = {
  mjcf: join(fixtures, 'servo-arm.xml'),
  task: join(fixtures, 'servo-arm.task.json'),
};
const HOME = [0, -1.57, 1.8];
const env = await createMjcfEnvironment(options);
const copy = await createMjcfEnvironment(options);
afterAll(() => {
  env.close();
  copy.close();
});

/** A policy that pulls every joint to 0. */
const snapshot: PolicySnapshot = {
  version: 1,
  layers: [
    {
      inputs: env.observationSpace.size,
      outputs: 3,
      activation: 'linear',
      weights: new Float32Array(3 * env.observationSpace.size),
      bias: new Float32Array(3),
    },
  ],
  logStd: 'deterministic',
  squash: 'none',
  actionSpace: env.actionSpace,
};

let loop: ReturnType<typeof createLiveLoop>;
let newest: Extract<LiveEvent, { type: 'frame' }>;
let now = 0;

/** Seconds of simulation with a person's hands on the axes of the mask; 0: nobody's. */
function drive(seconds: number, activeAxes: number, values: readonly number[]): void {
  for (let t = 0; t < seconds - 1e-9; t += env.controlDt) {
    const { episodeNumber, step } = decodeFrame(newest.buffer);
    const input = { sequence: 1, live: 0, episodeNumber, step, sentAt: now, activeAxes };
    if (activeAxes !== 0)
      loop.command(
        { type: 'input', input: { ...input, values: Float32Array.from(values) }, driver: ADA },
        now,
      );
    now += 1000 * env.controlDt;
    loop.tick(now);
  }
}
const joints = () => [...env.physics.qpos].map((q) => Math.round(q * 100) / 100);

beforeEach(() => {
  const data = {
    actor: 'live',
    runId: 'run',
    environmentId: 'mjcf',
    environmentOptions: {},
    configHash: 'c',
    seed: 1,
    safeAction: env.info!.safeAction!,
    trainSeeds: { start: 0, count: 10 },
    session: 's',
  };
  const emit = (event: LiveEvent) => {
    if (event.type === 'frame') newest = event;
  };
  loop = createLiveLoop(env, copy, data, emit, () => now);
  loop.command({ type: 'snapshot', snapshot }, now);
  drive(2.5, 0b111, HOME);
  expect(joints()).toEqual(HOME);
});

it('[CTRL-19] while one joint is moved the others hold', () => {
  drive(0.25, 0b001, [1, 0, 0]);
  const [moved, ...others] = joints();
  expect(moved).toBeGreaterThan(0.3);
  for (const [i, joint] of others.entries()) expect(joint).toBeCloseTo(HOME[i + 1]!, 1);
});

it('[CTRL-19] after an emergency stop all of them hold', () => {
  loop.command({ type: 'estop' }, now);
  drive(1, 0, []);
  expect(joints()).toEqual(HOME);
});

it('[CTRL-19] with release to brake the arm stays where it was let go', () => {
  loop.command({ type: 'release-to', target: 'brake' }, now);
  loop.command({ type: 'release' }, now);
  drive(1, 0, []);
  expect(joints()).toEqual(HOME);
});
