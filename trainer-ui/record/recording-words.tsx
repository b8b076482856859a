/** While somebody records: since when, and what ends it. */
import './record.css';
import { Button, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import { LIVE, takeOverKeys, withKey } from '../core/bindings.ts';
import { recordsHere } from '../core/store.ts';
import { endRecording } from './record.ts';

export function RecordingWords() {
  const recorder = useApp((s) => s.status?.recorderName ?? s.status?.recorder ?? null);
  const isMine = useApp(recordsHere);
  if (recorder === null) return null;
  return (
    <div className="recording glass" role="status" data-testid="recording" data-mine={isMine}>
      <span className="dot" aria-hidden />
      {isMine ? <Mine /> : <Text size="sm">{recorder} records what they drive</Text>}
    </div>
  );
}

function Mine() {
  const client = useClient();
  const controls = useApp((s) => s.welcome?.environment.controls) ?? [];
  const moves = useApp((s) => s.status?.controller === 'human' && s.status.state === 'running');
  return (
    <>
      <Text size="sm">
        Recording <Seconds />{' '}
        {!moves &&
          `– hold ${takeOverKeys(controls).join(' ')}, a stick or a pedal: time waits for you`}
      </Text>
      <Button
        size="compact-sm"
        color="red"
        onClick={() => endRecording(client)}
        data-testid="record-end"
      >
        {withKey('End', LIVE.record)}
      </Button>
    </>
  );
}

/** Of the episode on screen. */
function Seconds() {
  const client = useClient();
  const dt = useApp((s) => s.welcome?.environment.controlDt ?? 0.1);
  const [steps, setSteps] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSteps(client.frames.shown?.step ?? 0), 200);
    return () => clearInterval(timer);
  }, [client]);
  return <span className="mono">{(steps * dt).toFixed(1)} s</span>;
}
