/** Stored episodes: found on the left, replayed on the right; on a narrow screen one after the other. */
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import { type Moment, momentOf } from '../core/moment.ts';
import { Beside } from './beside.tsx';
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
        beside={moment?.beside}
        choose={(episodeId) => {
          client.store.setState({ moment: { episodeId, step: 0 } });
          setKey((k) => k + 1);
        }}
        compare={(beside) => {
          client.store.setState(({ moment }) => ({ moment: moment && { ...moment, beside } }));
        }}
      />
      {moment ? <Chosen key={key} moment={moment} /> : <p className="empty">{NONE}</p>}
    </div>
  );
}

const NONE = 'Choose an episode to see it again.';

function Chosen({ moment }: { moment: Moment }) {
  const { episodeId, step, beside } = moment;
  if (beside === undefined) return <Replay key={episodeId} moment={moment} />;
  return <Beside key={`${episodeId} ${beside}`} moment={{ episodeId, step, beside }} />;
}
