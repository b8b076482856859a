import {
  ActionIcon,
  Button,
  Divider,
  Group,
  NativeSelect,
  SegmentedControl,
  Tooltip,
} from '@mantine/core';
import {
  IconHandStop,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipForwardFilled,
  IconRefresh,
  IconRewindBackward5,
  IconThumbDownFilled,
  IconThumbUpFilled,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useApp, useClient } from '../context.ts';
import { CAMERAS, LIVE, ownCameras, REWARDS, withKey } from '../core/bindings.ts';
import { newId } from '../core/client.ts';
import { GamepadPanel } from './gamepad-panel.tsx';
import { isHalted } from './request.ts';
import { newEpisode, rewind } from './use-operator.ts';

const SPEEDS = ['0.25', '0.5', '1', '2', '4'];

export function ControlBar() {
  const client = useClient();
  const paused = useApp((s) => s.status?.state === 'paused');
  const halted = useApp((s) => isHalted(s.status));
  const speed = useApp((s) => s.status?.speed ?? 1);
  const releaseTo = useApp((s) => s.status?.releaseTo ?? 'policy');
  const camera = useApp((s) => s.camera);
  return (
    <div
      className="hud glass"
      style={{
        bottom: 16,
        // Not `left: 50%`: that would leave it only half the width before it wraps.
        insetInline: 14,
        width: 'fit-content',
        marginInline: 'auto',
        padding: '8px 12px',
      }}
    >
      <Group gap={8} justify="center">
        <Tool
          label={withKey('Bad', REWARDS.bad)}
          testId="reward-minus"
          colour="red"
          onClick={() => client.reward(-1)}
        >
          <IconThumbDownFilled size={18} />
        </Tool>
        <Tool
          label={withKey('Good', REWARDS.good)}
          testId="reward-plus"
          colour="teal"
          onClick={() => client.reward(1)}
        >
          <IconThumbUpFilled size={18} />
        </Tool>
        <Divider orientation="vertical" />
        <Tool
          label={withKey('Rewind 5 s', LIVE.rewind)}
          testId="rewind"
          onClick={() => rewind(client)}
        >
          <IconRewindBackward5 size={18} />
        </Tool>
        <Tool
          label={withKey(halted ? 'Go on' : 'Pause', LIVE.pause)}
          testId="play-pause"
          onClick={() => client.control(halted ? 'play' : 'pause')}
        >
          {halted ? <IconPlayerPlayFilled size={18} /> : <IconPlayerPauseFilled size={18} />}
        </Tool>
        <Tool
          label={withKey('One step', LIVE.step)}
          testId="step"
          disabled={!paused}
          onClick={() => client.control('step')}
        >
          <IconPlayerSkipForwardFilled size={18} />
        </Tool>
        <Tool
          label={withKey('New episode', LIVE.reset)}
          testId="reset"
          onClick={() => newEpisode(client)}
        >
          <IconRefresh size={18} />
        </Tool>
        <Divider orientation="vertical" />
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
        <GamepadPanel />
        <Button
          size="compact-md"
          color="red"
          variant={halted && !paused ? 'filled' : 'light'}
          leftSection={<IconHandStop size={17} />}
          onClick={() => client.control('estop')}
          data-testid="estop"
        >
          Stop
        </Button>
      </Group>
    </div>
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

function Tool(props: {
  label: string;
  testId: string;
  colour?: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  const { label, testId, colour = 'gray', disabled = false, onClick, children } = props;
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="lg"
        variant="light"
        color={colour}
        aria-label={label}
        data-testid={testId}
        disabled={disabled}
        onClick={(event) => {
          // Otherwise the next Space would press this button again.
          event.currentTarget.blur();
          onClick();
        }}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
