/** One button, and behind it every way of driving here: keys, and the gamepad or wheel with how it answers. */
import {
  ActionIcon,
  Alert,
  Button,
  Drawer,
  Group,
  Stack,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconDeviceGamepad, IconDeviceGamepad2 } from '@tabler/icons-react';
import { useEffect } from 'react';
import './controls.css';
import { useApp, useClient } from '../../context.ts';
import { padInputs } from '../../core/bindings.ts';
import { useTouch } from '../../use-touch.ts';
import { AxisEditor } from './axis-editor.tsx';
import { Handing } from './handing.tsx';
import { InputButtons } from './input-buttons.tsx';
import { KeyCaps } from './key-caps.tsx';
import { PadInputs } from './pad-inputs.tsx';
import { TiltSteering } from './tilt-steering.tsx';

const ABSENT = {
  pads: 'No gamepad or wheel is seen. Connect one and press any of its buttons: before that a browser does not tell of it.',
  insecure: 'No gamepad: browsers give them to secure pages only (https, or this computer’s own).',
  forbidden: 'No gamepad: the browser or the page’s host forbids them. Keys work.',
} as const;

export function Controls() {
  const client = useClient();
  const gamepad = useApp((s) => s.gamepad);
  const access = useApp((s) => s.gamepadAccess);
  const isOpen = useApp((s) => s.controlsOpen);
  const setOpen = (controlsOpen: boolean) => client.store.setState({ controlsOpen });
  // Another screen comes in the middle of it: the pad drives again.
  useEffect(() => () => client.store.setState({ controlsOpen: false }), [client]);
  const Icon = gamepad ? IconDeviceGamepad2 : IconDeviceGamepad;
  const colour = gamepad?.isMapped ? 'teal' : gamepad ? 'yellow' : 'gray';
  return (
    <>
      <Tooltip label="Controls: keys, gamepad, wheel">
        <ActionIcon
          size="lg"
          variant="light"
          color={colour}
          aria-label={gamepad ? `controls, gamepad ${gamepad.id}` : 'controls, no gamepad'}
          onClick={() => setOpen(true)}
          data-testid="gamepad"
          data-access={access}
        >
          <Icon size={18} />
        </ActionIcon>
      </Tooltip>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="right"
        size={460}
        title="Controls"
        overlayProps={{ backgroundOpacity: 0.2 }}
        closeButtonProps={{ 'aria-label': 'close' }}
        transitionProps={{ duration: 0 }}
      >
        <Stack gap="md" data-testid="controls">
          <Device />
          <TiltSteering />
          <Axes />
          <Handing />
        </Stack>
      </Drawer>
    </>
  );
}

/** The pad that is moved, all that it has, and how to make it as it was. */
function Device() {
  const client = useClient();
  const gamepad = useApp((s) => s.gamepad);
  const access = useApp((s) => s.gamepadAccess);
  const hasTouch = useTouch();
  if (!gamepad)
    return (
      <Alert
        color="gray"
        title={hasTouch ? 'Fingers and keys drive' : 'Keys drive'}
        data-testid="no-gamepad"
      >
        {ABSENT[access]}
      </Alert>
    );
  return (
    <section className="device" aria-label={gamepad.id}>
      <Text fw={600} data-testid="pad-id">
        {gamepad.id}
      </Text>
      <Text size="sm" c="dimmed">
        {gamepad.isMapped
          ? 'While this is open it moves the bars here and nothing else. What is set is remembered for it in this browser.'
          : 'The browser does not know its layout: press each button below, then move the input that shall do it.'}
      </Text>
      <PadInputs key={gamepad.id} />
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => {
          client.gamepads.forget();
          client.store.setState({ gamepad: { ...gamepad } });
        }}
        data-testid="forget-pad"
      >
        As it was at first
      </Button>
    </section>
  );
}

function Axes() {
  const controls = useApp((s) => s.welcome?.environment.controls);
  const gamepad = useApp((s) => s.gamepad);
  if (!controls) return null;
  const paces = new Map(controls.flatMap((c) => c.paces ?? []).map((pace) => [pace.name, pace]));
  const own = padInputs(controls.map((control) => ({ ...control, paces: [] })));
  const held = padInputs(controls).filter(({ name }) => own.every((each) => each.name !== name));
  return (
    <>
      {controls.map((control) => (
        <AxisEditor key={`${control.name} ${gamepad?.id}`} control={control} hasPad={!!gamepad} />
      ))}
      {paces.size > 0 && (
        <section className="axis" aria-label="while held">
          {[...paces.values()].map(({ name, keys }) => (
            <Group key={name} justify="space-between">
              <Title order={3} size="h6">
                {name}, while held
              </Title>
              <KeyCaps codes={keys} />
            </Group>
          ))}
          {gamepad && <InputButtons inputs={held} />}
        </section>
      )}
    </>
  );
}
