/** What is outgrown is given back at once: a thread that makes few objects collects its garbage seldom. */
import { expect, it } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { createAssembler, sliceEpisode } from '../../../agent/episode/chunks.ts';
import { bytesOf } from '../../../agent/episode/columns.ts';
import { createEpisodeRecorder } from '../../../agent/episode/recorder.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointWorld } from '../point-world.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const episode = syntheticEpisode(syntheticSpec(5, 2), 600, createRandom(1), { id: 'e' });

/** Pieces of 25 steps, as a thread is sent them. */
function* chunks(of: Episode) {
  for (let to = 25; to <= of.length; to += 25)
    yield sliceEpisode({ ...of, end: to < of.length ? 'open' : of.end }, to - 25, to);
}

it('[MEM-9] a recorder that reuses its columns has one set of them, however many episodes', () => {
  const env = createPointWorld();
  const recorder = createEpisodeRecorder({
    runId: 'run',
    environmentId: env.id,
    configHash: 'hash',
    observationSize: env.observationSpace.size,
    actionSize: env.actionSpace.size,
    bodies: env.scene.bodies.length,
    capacity: 4,
    reuse: true,
  });
  const action = new Float32Array(2);
  const record = (steps: number): Episode => {
    recorder.begin('e', 3, 0, env, env.reset(3));
    const first = recorder.episode();
    for (let t = 0; t < steps; t++)
      recorder.step(env, env.step(action), action, action, 'policy', 0);
    if (steps > 4) expect(bytesOf(first)).toBe(0); // it doubled
    return recorder.episode();
  };
  const long = record(9);
  const { buffer } = long.observations;
  expect(record(3).observations.buffer).toBe(buffer);
  expect(recorder.episode().observations).toHaveLength(4 * env.observationSpace.size);
});

it('[MEM-9] chunks are put together in memory that goes back with the next one after the end', () => {
  const assembler = createAssembler();
  const seen = [...chunks(episode)].map((chunk) => assembler.add(chunk)!);
  const whole = seen.at(-1)!;
  expect(whole.observations).toEqual(episode.observations);
  expect(whole.actions).toEqual(episode.actions);
  expect(bytesOf(seen[0]!)).toBe(0); // it doubled
  assembler.add(sliceEpisode({ ...episode, id: 'next' }, 0, 25));
  expect(bytesOf(whole)).toBe(0);
});

it('[MEM-9] the store gives back what an episode outgrew, the room that it did not need, and what is forgotten', () => {
  const store = createEpisodeStore({ maxSteps: 700 });
  const assembler = createAssembler();
  const open: Episode[] = [];
  for (const chunk of chunks(episode)) {
    const known = assembler.add(chunk)!;
    store.append(known, chunk.from, chunk.to);
    open.push(store.get('e')!);
  }
  const whole = store.get('e')!;
  expect(whole.observations).toEqual(episode.observations);
  expect(store.bytes).toBe(bytesOf(whole));
  for (const before of open.slice(0, -1)) expect(bytesOf(before)).toBe(0);
  store.add({ ...episode, id: 'f' });
  expect(store.ids()).toEqual(['f']);
  expect(bytesOf(whole)).toBe(0);
});
