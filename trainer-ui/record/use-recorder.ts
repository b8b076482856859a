/** What a recording does to the page that makes it: control stays with its person, and what they drove is shown to them. */
import { useEffect } from 'react';
import { useClient } from '../context.ts';
import type { AppState } from '../core/store.ts';
import { recordsHere } from '../core/store.ts';

export function useRecorder(): void {
  const client = useClient();
  useEffect(() => {
    /** The episode that this page records or has recorded, until it is shown. */
    let mine: string | undefined;
    return client.store.subscribe((state, before) => {
      if (recordsHere(state)) {
        mine = state.status!.episodeId;
        if (state.driving && !before.driving && !state.latched)
          client.store.setState({ latched: true });
      } else show(state);
    });

    /** Once it is on disk. */
    function show({ episodes }: AppState): void {
      if (mine === undefined || !episodes.some(({ episodeId }) => episodeId === mine)) return;
      const moment = { episodeId: mine, step: 0 };
      mine = undefined;
      client.store.setState({ tab: 'episodes', moment });
    }
  }, [client]);
}
