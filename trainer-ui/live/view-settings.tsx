/** Speed, camera, and what happens on release. */
import { NativeSelect, SegmentedControl, Tooltip } from '@mantine/core';
import { useApp, useClient } from '../context.ts';
import { CAMERAS, LIVE, ownCameras, withKey } from '../core/bindings.ts';
import { newId } from '../core/client.ts';
import { looksOn } from '../core/store.ts';

const SPEEDS = ['0.25', '0.5', '1', '2', '4'];

export function ViewSettings() {
  const client = useClient();
  const speed = useApp((s) => s.status?.speed ?? 1);
  const camera = useApp((s) => s.camera);
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="speed"
        value={String(speed)}
        onChange={(value) =>
          client.send({ type: 'control', id: newId(), action: 'speed', factor: Number(value) })
        }
        data={SPEEDS.map((value) => ({
          value,
          label: `${value === '0.25' ? '¼' : value === '0.5' ? '½' : value}×`,
        }))}
      />
      <SegmentedControl
        size="xs"
        aria-label="camera"
        value={camera}
        onChange={(value) => client.store.setState({ camera: value })}
        data={CAMERAS.map(({ id, label }) => ({ value: id, label }))}
      />
      <OwnCameras />
      <OnRelease />
    </>
  );
}

/** Where people may take over. */
function OnRelease() {
  const client = useClient();
  const releaseTo = useApp((s) => s.status?.releaseTo ?? 'policy');
  const isLooking = useApp(looksOn);
  if (isLooking) return null;
  return (
    <Tooltip label="When you let go, or fall silent for half a second">
      <SegmentedControl
        size="xs"
        aria-label="on release"
        value={releaseTo}
        onChange={(value) =>
          client.send({
            type: 'control',
            id: newId(),
            action: 'release-to',
            target: value as 'policy' | 'brake',
          })
        }
        data={[
          { value: 'policy', label: 'then agent' },
          { value: 'brake', label: 'then brake' },
        ]}
      />
    </Tooltip>
  );
}

/** Cameras that the model brings along, where it does. */
function OwnCameras() {
  const client = useClient();
  const camera = useApp((s) => s.camera);
  const own = ownCameras(useApp((s) => s.cameras));
  if (own.length === 0) return null;
  return (
    <Tooltip label={withKey('Cameras of the model', LIVE.ownCamera)}>
      <NativeSelect
        size="xs"
        w={110}
        aria-label="camera of the model"
        value={own.includes(camera) ? camera : ''}
        data={[{ value: '', label: 'Model’s…', disabled: true }, ...own]}
        onChange={(event) => {
          client.store.setState({ camera: event.currentTarget.value });
          // Otherwise the next letter would choose in this list again.
          event.currentTarget.blur();
        }}
      />
    </Tooltip>
  );
}
