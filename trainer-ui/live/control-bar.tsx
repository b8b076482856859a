/** Everything a person can do to the simulation by pointer: the keys of it are on the buttons. */
import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconAdjustments,
  IconAdjustmentsHorizontal,
  IconHandStop,
  IconLock,
  IconLockOpen,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerRecordFilled,
  IconPlayerSkipForwardFilled,
  IconRefresh,
  IconRewindBackward5,
  IconThumbDownFilled,
  IconThumbUpFilled,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useApp, useClient } from '../context.ts';
import { LIVE, REWARDS, withKey } from '../core/bindings.ts';
import { looksOn, mayDrive, recordsHere } from '../core/store.ts';
import { toggleRecording } from '../record/record.ts';
import { Controls } from './controls/controls.tsx';
import { isHalted } from './request.ts';
import { newEpisode, rewind, toggleLatch } from './use-operator.ts';
import { ViewSettings } from './view-settings.tsx';

/** From here on there is room for the settings beside the buttons. */
const ROOMY = '(min-width: 1100px)';

export function ControlBar() {
  const roomy = useMediaQuery(ROOMY, true, { getInitialValueInEffect: false });
  const isLooking = useApp(looksOn);
  const isDriven = useApp(mayDrive);
  return (
    <div className="control-bar glass" role="toolbar" aria-label="controls of the simulation">
      {!isLooking && <Rewards />}
      <TimeButtons />
      {roomy ? <ViewSettings /> : <MoreSettings />}
      {isDriven && <Latch />}
      {isDriven && <Record />}
      {!isLooking && <Controls />}
      <Stop />
    </div>
  );
}

function Rewards() {
  const client = useClient();
  const hasSlider = useApp((s) => s.rewardSlider);
  return (
    <fieldset className="tools" aria-label="reward">
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
      <Tool
        label="Reward by a slider"
        testId="reward-by-slider"
        pressed={hasSlider}
        onClick={() => client.store.setState({ rewardSlider: !hasSlider })}
      >
        <IconAdjustmentsHorizontal size={18} />
      </Tool>
    </fieldset>
  );
}

function TimeButtons() {
  const client = useClient();
  const paused = useApp((s) => s.status?.state === 'paused');
  const halted = useApp((s) => isHalted(s.status));
  return (
    <fieldset className="tools" aria-label="time">
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
    </fieldset>
  );
}

/** Whether control is kept without a hand on it. */
function Latch() {
  const client = useClient();
  const latched = useApp((s) => s.latched);
  return (
    <Tool
      label={withKey('Keep control without a key held', LIVE.latch)}
      testId="latch"
      colour={latched ? 'orange' : 'gray'}
      pressed={latched}
      onClick={() => toggleLatch(client)}
    >
      {latched ? <IconLock size={18} /> : <IconLockOpen size={18} />}
    </Tool>
  );
}

/** What one drives is to be learned from, if one keeps it. */
function Record() {
  const client = useClient();
  const records = useApp(recordsHere);
  const chooses = useApp((s) => s.choosesStart);
  return (
    <Tool
      label={withKey(records ? 'End the recording' : 'Record a demonstration', LIVE.record)}
      testId="record"
      colour={records ? 'red' : 'gray'}
      pressed={records || chooses}
      onClick={() => toggleRecording(client)}
    >
      <IconPlayerRecordFilled size={18} />
    </Tool>
  );
}

function MoreSettings() {
  return (
    <Popover position="top" shadow="md">
      <Popover.Target>
        <ActionIcon
          size="lg"
          variant="light"
          color="gray"
          aria-label="speed, camera and release"
          data-testid="settings"
        >
          <IconAdjustments size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="speed, camera and release">
        <div className="settings">
          <ViewSettings />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Stop() {
  const client = useClient();
  const stopped = useApp((s) => s.status?.state !== 'paused' && isHalted(s.status));
  return (
    <Button
      size="compact-md"
      color="red"
      variant={stopped ? 'filled' : 'light'}
      leftSection={<IconHandStop size={17} />}
      onClick={() => client.control('estop')}
      data-testid="estop"
    >
      Stop
    </Button>
  );
}

function Tool(props: {
  label: string;
  testId: string;
  colour?: string;
  disabled?: boolean;
  /** Of a button that stays pressed. */
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  const { label, testId, colour = 'gray', disabled = false, pressed, onClick, children } = props;
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="lg"
        variant={pressed ? 'filled' : 'light'}
        color={colour}
        aria-label={label}
        aria-pressed={pressed}
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
