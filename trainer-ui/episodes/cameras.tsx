/** From where a replay is seen. */
import { Group, NativeSelect, SegmentedControl } from '@mantine/core';
import { useApp } from '../context.ts';
import { CAMERAS, ownCameras } from '../core/bindings.ts';

/** The page's cameras and the model's own. */
export function Cameras(props: { camera: string; choose: (camera: string) => void }) {
  const { camera, choose } = props;
  const own = ownCameras(useApp((s) => s.cameras));
  return (
    <Group gap={6}>
      <SegmentedControl
        size="xs"
        aria-label="camera"
        value={camera}
        onChange={choose}
        data={CAMERAS.map(({ id, label }) => ({ value: id, label }))}
      />
      {own.length > 0 && (
        <NativeSelect
          size="xs"
          aria-label="camera of the model"
          value={own.includes(camera) ? camera : ''}
          data={[{ value: '', label: 'Model’s…', disabled: true }, ...own]}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      )}
    </Group>
  );
}
