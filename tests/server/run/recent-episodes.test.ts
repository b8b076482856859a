import { expect, it } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { createEpisodes } from '../../../server/run/episodes.ts';
import { recordEpisode } from './episode.ts';

function episodes(stored: ReadonlyMap<string, Episode>) {
  const storage = { getEpisode: async (id: string) => stored.get(id) };
  return createEpisodes({ storage } as unknown as Parameters<typeof createEpisodes>[0]);
}

/** Of driving: 1500 steps with 70 bodies take about 4.5 MB. */
function large(id: string): Episode {
  return { ...recordEpisode(id, 10), poses: new Float32Array(1.1e6) };
}

it('[MEM-4] the server keeps few large episodes or many small ones; others are read from disk', async () => {
  const all = new Map(Array.from({ length: 20 }, (_, i) => [`e${i}`, large(`e${i}`)]));
  const kept = episodes(all);
  for (const episode of all.values()) {
    kept.remember(episode);
    kept.remember(episode); // it grew: it counts once
  }
  expect([...kept.recent.keys()].at(-1)).toBe('e19');
  expect(kept.bytes).toBeGreaterThan(10e6);
  expect(kept.bytes).toBeLessThan(17e6);
  expect(kept.recent.has('e0')).toBe(false);
  expect((await kept.find('e0'))?.id).toBe('e0');

  const small = episodes(new Map());
  for (let i = 0; i < 80; i++) small.remember(recordEpisode(`s${i}`, 10));
  expect(small.recent.size).toBe(60);
});
