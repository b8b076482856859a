/** From where clips are seen: all by one camera, or some by their own. */
import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import { useState } from 'react';
import { CAMERAS } from '../core/bindings.ts';

/** Behaviour is compared from outside. */
const OF_CLIPS = CAMERAS.filter((c) => c.id !== 'cockpit').map(({ id, label }) => ({
  value: id as string,
  label,
}));

export interface ClipCameras {
  of(clip: number): string;
  /** Undefined while clips have their own. */
  readonly all: string | undefined;
  chooseAll(camera: string): void;
  choose(clip: number, camera: string): void;
}

export function useClipCameras(): ClipCameras {
  const [all, setAll] = useState<string>('chase');
  const [own, setOwn] = useState<Readonly<Record<number, string>>>({});
  return {
    of: (clip) => own[clip] ?? all,
    all: Object.keys(own).length === 0 ? all : undefined,
    chooseAll(camera) {
      setAll(camera);
      setOwn({});
    },
    choose: (clip, camera) => setOwn({ ...own, [clip]: camera }),
  };
}

export function AllCameras({ cameras }: { cameras: ClipCameras }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="camera"
      value={cameras.all ?? ''}
      onChange={cameras.chooseAll}
      data={OF_CLIPS}
    />
  );
}

/** The next one, for a clip alone. */
export function OwnCamera({ clip, cameras }: { clip: number; cameras: ClipCameras }) {
  const at = OF_CLIPS.findIndex(({ value }) => value === cameras.of(clip));
  const next = OF_CLIPS[(at + 1) % OF_CLIPS.length]!;
  return (
    <Tooltip label={`${next.label}, this clip alone`}>
      <ActionIcon
        className="own-camera"
        variant="default"
        size="lg"
        aria-label={`clip ${clip + 1}: camera ${OF_CLIPS[at]?.label}, press for ${next.label}`}
        onClick={(event) => {
          event.currentTarget.blur();
          cameras.choose(clip, next.value);
        }}
        data-testid={`camera-${'abcdefgh'[clip]}`}
      >
        <IconCamera size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
