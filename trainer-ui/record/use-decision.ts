/** What has become of a recording, and what one can make of it. */
import { useEffect, useState } from 'react';
import type { EpisodeReply, RecordingReply } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import type { Client } from '../core/client.ts';
import { get } from '../core/http.ts';
import { looksOn } from '../core/store.ts';
import { type Kept, keptAs } from './kept-as.ts';
import type { RecordStart } from './record.ts';

export interface Decision {
  /** To a run an undecided recording and a discarded one are the same: nothing is learned from either. */
  readonly state: 'open' | 'discarded' | Kept['kind'];
  /** Where it began. */
  readonly start: RecordStart;
  keep(): void;
  discard(): void;
  /** It is not learned from any more. */
  takeBack(): void;
}

interface Found {
  readonly kept: Kept;
  readonly start: RecordStart;
  /** ms since epoch. */
  readonly shownAt: number;
}

/** undefined: it is no recording, or is being looked up. */
export function useDecision(row: EpisodeReply): Decision | undefined {
  const client = useClient();
  const isOne = useApp((s) => row.recording === true && !looksOn(s));
  const [found, setFound] = useState<Found>();
  const [feedbackId, setFeedbackId] = useState<string | null>(null);
  const [isDiscarded, setDiscarded] = useState(false);
  useEffect(() => {
    let isOver = !isOne;
    if (isOne)
      lookUp(client, row)
        .then(([reply, kept]) => {
          if (isOver) return;
          setFeedbackId(reply.feedbackId);
          setFound({ kept, start: reply.branchOf ?? { seed: row.seed }, shownAt: Date.now() });
        })
        .catch(() => {}); // it can be opened again
    return () => {
      isOver = true;
    };
  }, [client, row, isOne]);
  if (!found) return undefined;
  const { kept, start, shownAt } = found;
  return {
    state: feedbackId ? kept.kind : isDiscarded ? 'discarded' : 'open',
    start,
    keep: () => setFeedbackId(client.give(kept, shownAt)),
    discard: () => setDiscarded(true),
    takeBack() {
      if (feedbackId) client.give({ kind: 'retraction', feedbackId, reason: 'undo' }, Date.now());
      setFeedbackId(null);
    },
  };
}

async function lookUp(client: Client, row: EpisodeReply): Promise<[RecordingReply, Kept]> {
  const asked = await get(`api/episodes/${row.id}/recording`, { teacherId: client.teacherId });
  const reply = (await asked.json()) as RecordingReply;
  const { branchOf } = reply;
  // Where the episode that it leaves is not kept any more, there is nothing that it corrects.
  const left = branchOf && (await client.episodes.find(branchOf.episodeId).catch(() => undefined));
  return [reply, keptAs(row, branchOf, left?.length ?? 0)];
}
