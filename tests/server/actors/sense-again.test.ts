import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { copyEpisode } from '../../../agent/episode/copy.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { type Sensed, senseAgain, stretchOf } from '../../../server/actors/sense-again.ts';
import type { Environment } from '../../../sim/contract.ts';
import { createEnvironment } from '../../../sim/registry.ts';

const STEPS = 25;

/** An episode, and what its overlays showed as it was driven. */
function drive(env: Environment, stateEvery: number): { episode: Episode; live: Sensed } {
  const recorder = createEpisodeRecorder({
    ...{ runId: 'run-1', environmentId: env.id, configHash: 'abc', stateEvery, keepPoses: true },
    ...{ observationSize: env.observationSpace.size, actionSize: env.actionSpace.size },
    bodies: env.scene.bodies.length,
  });
  const live = { contacts: [], joints: [], rays: [] } as Record<keyof Sensed, Float32Array[]>;
  const look = () => {
    const contacts = new Float32Array(24 * 6);
    const joints = new Float32Array(24 * 8);
    const rays = new Float32Array(3 + 4 * 720);
    live.contacts.push(contacts.slice(0, 6 * (env.writeContacts?.(contacts) ?? 0)));
    live.joints.push(joints.slice(0, 8 * (env.writeJoints?.(joints) ?? 0)));
    const n = env.writeRays?.(rays) ?? 0;
    live.rays.push(rays.slice(0, n > 0 ? 3 + 4 * n : 0));
  };
  let ts = env.reset(103);
  recorder.begin('e1', 103, 1, env, ts);
  look();
  const action = new Float32Array(env.actionSpace.size);
  for (let i = 0; i < STEPS && ts.kind !== 'last'; i++) {
    action.fill(0.3 * Math.sin(i / 3));
    ts = env.step(action);
    recorder.step(env, ts, action, action, 'policy', 1);
    look();
  }
  recorder.end('aborted');
  return { episode: copyEpisode(recorder.episode()), live };
}

describe('[EPI-30] overlays of an episode that is over', () => {
  it.each([
    ['driving', 0],
    ['driving', 10],
    ['fetch-push', 0],
    ['fetch-push', 10],
  ])('are those of %s as it was driven, with a state every %i steps', async (id, stateEvery) => {
    const env = await createEnvironment(id, {});
    const { episode, live } = drive(env, stateEvery);
    const other = await createEnvironment(id, {});
    other.reset(7); // wherever it was left
    const [from, to] = [13, episode.length + 1];
    const stretch = stretchOf(episode, from, to)!;
    expect(stretch.skip).toBe(stateEvery === 0 ? 13 : 3);
    const sensed = senseAgain(other, stretch)!;
    for (const kind of ['contacts', 'joints', 'rays'] as const) {
      expect(sensed[kind]).toEqual(live[kind].slice(from, to));
    }
    const some = id === 'driving' ? sensed.rays : sensed.contacts;
    expect(some.some((row) => row.length > 0)).toBe(true);
    env.close();
    other.close();
  });

  it('are not told where it goes another way here, or begins where no state is kept', async () => {
    const env = await createEnvironment('driving', {});
    const { episode } = drive(env, 0);
    const observations = episode.observations.slice();
    observations[20 * episode.observationSize] = 0.123;
    const other = stretchOf({ ...episode, observations }, 15, 25)!;
    expect(senseAgain(env, other)).toBeUndefined();
    expect(senseAgain(env, stretchOf({ ...episode, observations }, 15, 20)!)).toBeDefined();
    const branch = { ...episode, branchOf: { episodeId: 'e0', step: 4 } };
    expect(stretchOf(branch, 15, 20)).toBeUndefined();
    env.close();
  });
});
