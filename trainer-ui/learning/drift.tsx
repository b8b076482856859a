/** What has drifted, while it has, with the episodes that show it. */
import { Alert, Anchor, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { EpisodeReply } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { get } from '../core/http.ts';

const MOST = 5;

/** Those that are kept of the episodes that began since then, oldest first. */
function useEpisodesSince(since: number | undefined): readonly EpisodeReply[] {
  const [episodes, setEpisodes] = useState<readonly EpisodeReply[]>([]);
  useEffect(() => {
    let isOver = false;
    if (since === undefined) return;
    const asked = {
      limit: `${MOST}`,
      sort: 'startedAt',
      order: 'desc',
      startedAfter: `${since - 1}`,
    };
    get('api/episodes', asked)
      .then((found) => found.json() as Promise<EpisodeReply[]>)
      .then(
        (found) => !isOver && setEpisodes(found.reverse()),
        () => {}, // asked again with the next episode
      );
    return () => {
      isOver = true;
    };
  }, [since]);
  return since === undefined ? [] : episodes;
}

export function Drift() {
  const alerts = useApp((s) => s.alerts);
  const newest = useApp((s) => s.metrics.at(-1)?.values['drift/since']);
  const moved = alerts.filter(({ code }) => code === 'behaviour-drift');
  const episodes = useEpisodesSince(moved.length > 0 ? newest : undefined);
  const client = useClient();
  if (moved.length === 0) return null;
  return (
    <Alert color="yellow" title="Behaviour has drifted" data-testid="drift">
      {moved.map(({ id, message }) => (
        <Text key={id} size="sm">
          {message}
        </Text>
      ))}
      <Text size="sm" mt={4}>
        {moved[0]!.tip}
      </Text>
      <Group gap="xs" mt={4}>
        {episodes.map(({ id, seed }) => (
          <Anchor
            key={id}
            component="button"
            type="button"
            size="sm"
            c="var(--mantine-color-text)"
            underline="always"
            onClick={() =>
              client.store.setState({ tab: 'episodes', moment: { episodeId: id, step: 0 } })
            }
            data-testid="drift-episode"
          >
            seed {seed}
          </Anchor>
        ))}
      </Group>
    </Alert>
  );
}
