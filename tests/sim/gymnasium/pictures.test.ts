import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sliceEpisode } from '../../../agent/episode/chunks.ts';
import { copyEpisode } from '../../../agent/episode/copy.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { packBinary, parseBinary } from '../../../server/storage/binary.ts';
import { packEpisode, parseEpisode } from '../../../server/storage/episode-file.ts';
import { checkEnvironment } from '../../../sim/check.ts';
import type { Environment } from '../../../sim/contract.ts';
import { gymnasiumFactory } from '../../../sim/gymnasium/environment.ts';
import { startPictureWorld } from './pictures.ts';

let world: Awaited<ReturnType<typeof startPictureWorld>>;
beforeAll(async () => {
  world = await startPictureWorld();
});
afterAll(() => world.end());

const create = () => gymnasiumFactory.create({ socket: world.socket });

/** `steps` steps. */
function record(env: Environment, steps: number) {
  const recorder = createEpisodeRecorder({
    ...{ runId: 'run', environmentId: env.id, configHash: 'hash' },
    ...{ observationSize: 1, actionSize: 1, bodies: env.scene.bodies.length },
    keepPoses: true,
  });
  const action = Float32Array.of(0.5);
  recorder.begin('episode', 3, 0, env, env.reset(3));
  for (let t = 0; t < steps; t++) recorder.step(env, env.step(action), action, action, 'policy', 1);
  return recorder;
}

describe('[PY-29] an environment that draws itself', () => {
  it('[PY-29] keeps the contract, its pictures included', async () => {
    const report = await checkEnvironment(create);
    expect(report.bodies).toBe(1);
  });

  it('[PY-29] is asked for a picture once per state, and only for one that is kept or shown', async () => {
    const env = await create();
    env.reset(1);
    const first = env.picture!();
    expect(env.picture!()).toBe(first);
    const state = env.saveState();
    env.step(Float32Array.of(1));
    expect(env.picture!()).not.toEqual(first);
    env.loadState(state);
    expect(env.picture!()).toEqual(first);
    env.close();
  });

  it('[PY-29] an episode keeps a picture per row where it keeps poses; learners do not see them', async () => {
    const env = await create();
    const recorder = record(env, 5);
    const episode = recorder.episode();
    expect(episode.pictures).toHaveLength(6);
    const [even, odd] = episode.pictures!;
    expect(even).not.toEqual(odd);
    expect(episode.pictures).toEqual([even, odd, even, odd, even, odd]);
    expect(sliceEpisode(episode, 0, 5)).not.toHaveProperty('pictures');
    const store = createEpisodeStore({ maxSteps: 100 });
    store.add(copyEpisode(episode));
    expect(store.get('episode')).not.toHaveProperty('pictures');
    const withPictures = createEpisodeStore({ maxSteps: 100, poses: true });
    withPictures.add(copyEpisode(episode));
    expect(withPictures.get('episode')!.pictures).toEqual(episode.pictures);
    const bytes = episode.pictures!.reduce((sum, { length }) => sum + length, 0);
    const poses = 4 * 6 * 7;
    expect(withPictures.bytes - store.bytes).toBe(bytes + poses);
    env.close();
  });

  it('[PY-29] the file of an episode holds its pictures, and without them nothing of them', async () => {
    const env = await create();
    const episode = copyEpisode(record(env, 5).episode());
    const { meta, columns } = packEpisode(episode);
    expect(meta).not.toHaveProperty('pictures');
    expect(parseEpisode(Buffer.from(packBinary(meta, columns))).pictures).toEqual(episode.pictures);
    const { pictures: _, ...plain } = episode;
    const packed = packEpisode(plain);
    const { columns: names } = parseBinary(Buffer.from(packBinary(packed.meta, packed.columns)));
    expect(Object.keys(names).join()).not.toContain('picture');
    env.close();
  });
});
