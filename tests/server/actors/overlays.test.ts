import { describe, expect, it } from 'vitest';
import { createOverlays } from '../../../server/actors/overlays.ts';
import { encodeFrame, type Frame } from '../../../server/protocol/index.ts';
import type { Environment } from '../../../sim/contract.ts';
import { getEnvironment, listEnvironments } from '../../../sim/registry.ts';

function frameOf(env: Environment): Frame {
  const k = env.actionSpace.size;
  return {
    live: 0,
    flags: 0,
    sceneId: 0,
    episodeNumber: 0,
    step: 0,
    time: 0,
    sentAt: 0,
    policyVersion: 0,
    speed: 1,
    reward: 0,
    predictedReward: 0,
    disagreement: 0,
    cost: 0,
    risk: 0,
    inputSequence: 0,
    action: new Float32Array(k),
    policyAction: new Float32Array(k),
    poses: new Float32Array(env.scene.bodies.length * 7),
  };
}

const robots = listEnvironments().filter((f) => f.family === 'robotics' && f.id !== 'mjcf');

describe('[ROBOT-26] overlays', () => {
  it.each(robots.map((f) => [f.id, f] as const))(
    'a frame of %s with contacts and joints stays under 2 kB',
    async (_id, factory) => {
      const env = await factory.create();
      const overlays = createOverlays(env);
      overlays.want('a', true);
      env.reset(0);
      for (let i = 0; i < 30; i++) {
        if (env.step(new Float32Array(env.actionSpace.size)).kind === 'last') break;
        const frame = frameOf(env);
        overlays.addTo(frame);
        expect(frame.joints!.length).toBeGreaterThan(0);
        expect(encodeFrame(frame).byteLength).toBeLessThan(2000);
      }
      env.close();
    },
  );

  it('are there while anyone wants them, with the force that carries the robot', async () => {
    const factory = robots.find((f) => f.id === 'half-cheetah')!;
    const env = await factory.create();
    const overlays = createOverlays(env);
    env.reset(0);
    for (let i = 0; i < 100; i++) env.step(new Float32Array(6));
    const plain = frameOf(env);
    overlays.addTo(plain);
    expect(Object.keys(plain)).not.toContain('contacts');
    overlays.want('a', true);
    overlays.want('b', true);
    overlays.want('a', false);
    const full = frameOf(env);
    overlays.addTo(full);
    let up = 0;
    for (let i = 5; i < full.contacts!.length; i += 6) up += full.contacts![i]!;
    // At rest the floor carries 14 kg.
    expect(up).toBeCloseTo(14 * 9.81, -1);
    overlays.want('b', false);
    const after = frameOf(env);
    overlays.addTo(after);
    expect(after.contacts).toBeUndefined();
    env.close();
  });
});

it('[UI-91] rays are there while anyone wants them, where an agent observes any', async () => {
  const env = await getEnvironment('driving').create({ rays: 60 });
  const overlays = createOverlays(env);
  env.reset(100);
  expect(overlays.rays()).toBeUndefined();
  overlays.want('a', true);
  expect(overlays.rays()).toHaveLength(3 + 4 * 60);
  overlays.want('a', false);
  expect(overlays.rays()).toBeUndefined();
  env.close();
  const blind = await getEnvironment('driving').create({ rays: 0 });
  expect(blind.writeRays).toBeUndefined();
  blind.close();
});
