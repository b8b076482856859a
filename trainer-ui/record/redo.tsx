/** The way from a replay to the wheel: the same moment again, driven by the person who looks at it. */
import { Button } from '@mantine/core';
import { IconPlayerRecordFilled } from '@tabler/icons-react';
import type { EpisodeReply } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { RECORDED, withKey } from '../core/bindings.ts';
import { looksOn } from '../core/store.ts';
import { useBindings } from '../use-keys.ts';
import { beginRecording } from './record.ts';

/** `step`: the one on screen. Nothing where nobody drives. */
export function Redo(props: { row: EpisodeReply; step: number }) {
  const { isRecorded } = useClient();
  const isLooking = useApp(looksOn);
  return isRecorded || isLooking ? null : <RedoButton {...props} />;
}

function RedoButton({ row: { id, length }, step }: { row: EpisodeReply; step: number }) {
  const client = useClient();
  // Nothing follows the last step of an episode that has ended.
  const from = Math.max(0, Math.min(step, length - 1));
  const redo = () => beginRecording(client, { episodeId: id, step: from });
  useBindings({ redo: RECORDED.redo }, { redo });
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconPlayerRecordFilled size={16} />}
      onClick={redo}
      data-testid="redo"
    >
      {withKey('Drive it better from here', RECORDED.redo)}
    </Button>
  );
}
