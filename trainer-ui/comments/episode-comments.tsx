/** Comments below the timeline of an episode: a stretch is drawn on their lane, or taken where the clock is. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { ClipClock } from '../compare/clip-clock.ts';
import { Lane } from '../critique/lane.tsx';
import { between, type Stretch } from '../critique/stretch.ts';
import { ThreadList, Write } from './thread-list.tsx';
import { stretchWords, threadsOf } from './threads.ts';
import { useComments } from './use-comments.ts';

/** Of a stretch that nobody drew, s. */
const USUAL = 2;

/** Around what is shown. */
function stretchAt(time: number, dt: number, steps: number): Stretch {
  return between((time - USUAL / 2) / dt, (time + USUAL / 2) / dt, steps);
}

export function EpisodeComments(props: {
  episodeId: string;
  steps: number;
  dt: number;
  clock: ClipClock;
}) {
  const { episodeId, steps, dt, clock } = props;
  const comments = useComments(episodeId);
  const [chosen, choose] = useState<Stretch>();
  const spans = threadsOf(comments.comments).map(({ first, isOpen }) => ({
    ...{ id: first.id, from: first.from, to: first.to },
    className: isOpen ? 'comment' : 'settled',
  }));
  return (
    <section className="critique" aria-label="comments on stretches" data-testid="comments">
      <Lane
        steps={steps}
        spans={chosen ? [...spans, { ...chosen, id: 'chosen', className: 'chosen' }] : spans}
        drawn="chosen"
        testId="comment-lane"
        onStretch={comments.mayWrite ? choose : undefined}
      />
      {comments.error && (
        <Alert color="red" title="The comments could not be had">
          {comments.error}
        </Alert>
      )}
      {comments.mayWrite && !chosen && (
        <Here
          choose={() => {
            clock.playing = false;
            choose(stretchAt(clock.time, dt, steps));
          }}
        />
      )}
      {chosen && (
        <Write
          label={`Comment on ${stretchWords(chosen, dt)}`}
          write={async (text) => {
            const isWritten = await comments.write(text, chosen);
            if (isWritten) choose(undefined);
            return isWritten;
          }}
        />
      )}
      <ThreadList
        of={comments}
        dt={dt}
        go={(step) => {
          clock.playing = false;
          clock.time = step * dt;
        }}
      />
    </section>
  );
}

function Here({ choose }: { choose: () => void }) {
  return (
    <Group gap="xs">
      <Button
        size="compact-xs"
        variant="default"
        onClick={(event) => {
          event.currentTarget.blur();
          choose();
        }}
        data-testid="comment-here"
      >
        Comment on this moment
      </Button>
      <Text size="xs" c="dimmed">
        or draw a stretch on the lane above
      </Text>
    </Group>
  );
}
