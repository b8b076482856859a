/** A recorded episode of the point world. */
import type { Episode } from '../../../agent/contract.ts';
import { copyEpisode } from '../../../agent/episode/copy.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { createPointWorld } from '../../agent/point-world.ts';

export function recordEpisode(id: string, steps: number): Episode {
  const env = createPointWorld();
  const recorder = createEpisodeRecorder({
    runId: 'run-1',
    environmentId: env.id,
    configHash: 'abc',
    observationSize: env.observationSpace.size,
    actionSize: env.actionSpace.size,
    bodies: env.scene.bodies.length,
    keepPoses: true,
    stateEvery: 4,
  });
  let ts = env.reset(3);
  recorder.begin(id, 3, 1000, env, ts);
  const action = new Float32Array(2);
  for (let i = 0; i < steps; i++) {
    action.fill(0.1 * (i % 3));
    ts = env.step(action);
    recorder.step(env, ts, action, action, i % 2 ? 'human' : 'policy', 1);
  }
  recorder.end('aborted');
  return copyEpisode(recorder.episode());
}
