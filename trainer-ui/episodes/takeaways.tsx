/** What can be taken away from a replay: the address of a moment, its picture, and a clip. */
import { Button, Group, TextInput } from '@mantine/core';
import { IconCamera, IconLink, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useApp } from '../context.ts';
import { Redo } from '../record/redo.tsx';
import { photograph } from './export.ts';
import { fileName } from './film/plan.ts';
import { SaveClip, type SaveClipProps } from './film/save-clip.tsx';

interface TakeawaysProps extends SaveClipProps {
  /** The one on screen. */
  readonly step: number;
  /** The address of a step. */
  link(step: number): string;
}

export function Takeaways(props: TakeawaysProps) {
  const { clock, stage, recording, link, step } = props;
  const runId = useApp((s) => s.welcome?.runId ?? '');
  const [isSaving, setSaving] = useState(false);
  return (
    <>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconCamera size={16} />}
          onClick={() => {
            photograph(stage, fileName(runId, recording.row.id, [step], 'png'));
          }}
          data-testid="export-still"
        >
          Picture (PNG)
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconVideo size={16} />}
          aria-expanded={isSaving}
          onClick={() => {
            clock.playing = false;
            setSaving(!isSaving);
          }}
          data-testid="export-clip"
        >
          Clip (MP4, WebM, GIF)
        </Button>
        <LinkToMoment link={() => link(step)} />
        <Redo row={recording.row} step={step} />
      </Group>
      {isSaving && <SaveClip {...props} />}
    </>
  );
}

/** `link` makes the address of what is on screen. */
export function LinkToMoment({ link }: { link: () => string }) {
  const [address, setAddress] = useState<string>();
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconLink size={16} />}
        onClick={() => {
          const url = link();
          setAddress(url);
          // Browsers give the clipboard to secure pages only; the address can be copied by hand.
          navigator.clipboard?.writeText(url).catch(() => {});
        }}
        data-testid="link-moment"
      >
        Link to this moment
      </Button>
      {address && <Address address={address} />}
    </>
  );
}

function Address({ address }: { address: string }) {
  return (
    <TextInput
      size="xs"
      flex="1 1 220px"
      readOnly
      aria-label="address of this moment"
      description={
        window.isSecureContext
          ? 'copied'
          : 'copy it by hand: browsers give the clipboard to secure pages only (https, or this computer’s own)'
      }
      value={address}
      onFocus={(event) => event.currentTarget.select()}
      data-testid="moment-address"
    />
  );
}
