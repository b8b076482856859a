/** The live loop with a gate: the robot asks for a person, and says when they may let go. */
import { beforeEach, expect, it } from 'vitest';
import { FLAG } from '../../../server/protocol/index.ts';
import { ALWAYS, NEVER } from './gates.ts';
import { createRig, POLICY, rounded, SAFE } from './live-rig.ts';

let rig: ReturnType<typeof createRig>;

const state = () => rig.of('state').at(-1)!;

/** A person drives for so many steps. */
function drive(values: readonly number[], n = 1): void {
  for (let i = 0; i < n; i++) {
    rig.hold(values);
    rig.tick();
  }
}

beforeEach(() => {
  rig = createRig();
});

it('[CTRL-12] where the gate asks the state says so at once and once, and the policy drives on', () => {
  rig.publish();
  rig.tick(3);
  expect(rig.of('state').map((s) => s.request)).toEqual(rig.of('state').map(() => 'none'));
  rig.publish(ALWAYS);
  const before = rig.of('state').length;
  rig.tick(5);
  expect(rig.of('state').slice(before)).toMatchObject([
    { request: 'take-over', controller: 'policy' },
  ]);
  expect(rounded(rig.frame().action)).toEqual(POLICY);
});

it('[CTRL-12] a gate that asks no longer is heard a second later; a person who comes ends it at once', () => {
  rig.publish(ALWAYS);
  rig.tick(2);
  rig.publish(NEVER);
  rig.tick(10);
  expect(state().request).toBe('take-over');
  rig.tick();
  expect(state().request).toBe('none');
  rig.publish(ALWAYS);
  rig.tick();
  drive([0.9, 0.9]);
  expect(state()).toMatchObject({ request: 'none', controller: 'human' });
});

it('[CTRL-13] a person who does what the policy would is told that they may let go', () => {
  rig.publish(NEVER);
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
  rig.publish(ALWAYS);
  rig.send({ type: 'release-to', target: 'brake' });
  rig.tick(2);
  expect(rounded(rig.frame().action)).toEqual(SAFE);
  expect(rounded(rig.frame().policyAction)).toEqual(POLICY);
  expect(rig.frame().flags & FLAG.safe).toBeTruthy();
  expect(state()).toMatchObject({ request: 'take-over', controller: 'safe', state: 'running' });
  drive([0.3, 0.3]);
  expect(rounded(rig.frame().action)).toEqual([0.3, 0.3]);
  expect(state()).toMatchObject({ request: 'none', controller: 'human' });
});

it('[CTRL-14] it drives on when it asks no longer, or when operators choose so', () => {
  rig.publish(ALWAYS);
  rig.send({ type: 'release-to', target: 'brake' });
  rig.tick(3);
  rig.publish(NEVER);
  rig.tick(10);
  expect(rounded(rig.frame().action)).toEqual(SAFE);
  rig.tick();
  expect(rounded(rig.frame().action)).toEqual(POLICY);
  expect(state()).toMatchObject({ request: 'none', controller: 'policy' });
  rig.publish(ALWAYS);
  rig.tick();
  expect(state().controller).toBe('safe');
  rig.send({ type: 'release-to', target: 'policy' });
  rig.tick();
  expect(rounded(rig.frame().action)).toEqual(POLICY);
  expect(state()).toMatchObject({ request: 'take-over', controller: 'policy' });
});

it('[CTRL-14] after an emergency stop it brakes and asks nobody: nobody could drive', () => {
  rig.publish(ALWAYS);
  rig.tick(2);
  rig.send({ type: 'estop' });
  rig.tick(2);
  expect(state()).toMatchObject({ request: 'none', controller: 'safe', state: 'stopped' });
  expect(rounded(rig.frame().action)).toEqual(SAFE);
});

it('[CTRL-12] a new episode begins without a request; the steps that asked are counted in each', () => {
  rig.publish(NEVER);
  rig.tick(2);
  rig.publish(ALWAYS);
  rig.tick(3);
  rig.publish(NEVER);
  rig.tick(2);
  rig.send({ type: 'reset' });
  expect(rig.of('episode').at(-1)!.episode.summary.askedSteps).toBe(3);
  expect(state().request).toBe('none');
  rig.tick(2);
  expect(state().request).toBe('none');
  rig.send({ type: 'flush', tag: 1 });
  expect(rig.of('episode').at(-1)!.episode.summary.askedSteps).toBe(0);
});
