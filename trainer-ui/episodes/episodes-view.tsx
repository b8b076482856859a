/** Stored episodes: found on the left, replayed on the right; on a narrow screen one after the other. */
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import { momentOf } from '../core/moment.ts';
import { EpisodeList } from './episode-list.tsx';
import { Replay } from './replay.tsx';

export default function EpisodesView() {
  const client = useClient();
  const moment = useApp((s) => s.moment);
  const [key, setKey] = useState(0);
  useEffect(() => {
    const onHash = () => {
      client.store.setState({ moment: momentOf(window.location.hash) });
      setKey((k) => k + 1);
    };
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, [client]);
  return (
    <div className="view episodes" data-testid="episodes-view">
      <VisuallyHidden component="h1">Episodes</VisuallyHidden>
      <EpisodeList
        chosen={moment?.episodeId}
        choose={(episodeId) => {
          client.store.setState({ moment: { episodeId, step: 0 } });
          setKey((k) => k + 1);
        }}
      />
      {moment ? (
        <Replay key={`${moment.episodeId}-${key}`} moment={moment} />
      ) : (
        <p className="empty">Choose an episode to see it again.</p>
      )}
    </div>
  );
}
