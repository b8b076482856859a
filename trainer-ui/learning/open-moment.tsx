/** A point of a curve opens what was driven then; where that is not kept, the nearest is offered. */
import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import type { EpisodeReply } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { get } from '../core/http.ts';
import { type Around, nearest } from '../core/nearest-episode.ts';

const NOTICE = 'open-moment';

async function first(order: 'asc' | 'desc', when: Readonly<Record<string, string>>) {
  const found = await get('api/episodes', { limit: '1', sort: 'startedAt', order, ...when });
  return ((await found.json()) as EpisodeReply[])[0];
}

async function around(time: number): Promise<Around> {
  const [before, after] = await Promise.all([
    first('desc', { startedBy: String(time) }),
    first('asc', { startedAfter: String(time) }),
  ]);
  return { before, after };
}

const clock = (time: number) => new Date(time).toLocaleTimeString('en-GB');

/** `time`: ms since epoch. */
export function useOpenMoment(): (time: number) => void {
  const client = useClient();
  const controlDt = useApp((s) => s.welcome?.environment.controlDt ?? 0.1);
  return useCallback(
    (time) => {
      const say = (message: Parameters<typeof notifications.show>[0]['message']) =>
        notifications.show({ id: NOTICE, title: `At ${clock(time)}`, message, autoClose: 10_000 });
      const open = (moment: { episodeId: string; step: number }) => {
        notifications.hide(NOTICE);
        client.store.setState({ tab: 'episodes', moment });
      };
      notifications.hide(NOTICE);
      around(time).then(
        (found) => {
          const near = nearest(found, time, controlDt);
          if (!near) say('No episode is kept.');
          else if (near.isThen) open(near.moment);
          else say(<Offer startedAt={near.startedAt} open={() => open(near.moment)} />);
        },
        (error: Error) => say(error.message),
      );
    },
    [client, controlDt],
  );
}

function Offer({ startedAt, open }: { startedAt: number; open: () => void }) {
  return (
    <Stack gap="xs" align="start">
      <Text size="sm">No episode of then is kept. The nearest began at {clock(startedAt)}.</Text>
      <Button size="compact-sm" onClick={open} data-testid="open-nearest">
        Open that one
      </Button>
    </Stack>
  );
}
