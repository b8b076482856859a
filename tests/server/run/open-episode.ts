/** The episode on screen, once status and frames agree on it and it has `steps` steps. */
import type { Client } from '../../e2e/client.ts';
import { until } from '../../e2e/helpers.ts';

export function openEpisode(
  client: Client,
  steps = 0,
): Promise<{ episodeId: string; step: number }> {
  return until(`an episode of ${steps} steps`, () => {
    const status = client.all('status').at(-1);
    const frame = client.frame();
    const agree = status && frame && status.episodeNumber === frame.episodeNumber;
    return agree && frame.step >= steps && { episodeId: status.episodeId, step: frame.step };
  });
}
