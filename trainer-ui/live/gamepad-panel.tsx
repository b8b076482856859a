/** The gamepad in use, and which of its inputs does what; or why there can be none. */
import { ActionIcon, Button, Group, Popover, Stack, Text } from '@mantine/core';
import { IconDeviceGamepad, IconDeviceGamepad2 } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useApp, useClient } from '../context.ts';
import { padInputs } from '../core/bindings.ts';

const WITHHELD = {
  insecure: 'No gamepad: browsers give them to secure pages only (https, or this computer’s own).',
  forbidden: 'No gamepad: the browser or the page’s host forbids them. Keys work.',
} as const;
const LOOK_EVERY = 50;

export function GamepadPanel() {
  const gamepad = useApp((s) => s.gamepad);
  const access = useApp((s) => s.gamepadAccess);
  if (!gamepad && access === 'pads') return null;
  const Icon = gamepad ? IconDeviceGamepad2 : IconDeviceGamepad;
  const colour = gamepad?.isMapped ? 'teal' : gamepad ? 'yellow' : 'gray';
  return (
    <Popover position="top" width={320} shadow="md">
      <Popover.Target>
        <ActionIcon
          size="lg"
          variant="light"
          color={colour}
          aria-label={gamepad ? `gamepad ${gamepad.id}` : 'no gamepad'}
          data-testid="gamepad"
          data-access={access}
        >
          <Icon size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        {access === 'pads' ? <Mapping /> : <Text size="sm">{WITHHELD[access]}</Text>}
      </Popover.Dropdown>
    </Popover>
  );
}

/** One button for each input that the environment uses: press it, then move the input that should do it. */
function Mapping() {
  const client = useClient();
  const controls = useApp((s) => s.welcome?.environment.controls);
  const gamepad = useApp((s) => s.gamepad);
  const asked = useApp((s) => s.mappedInput);
  useEffect(() => {
    if (asked === undefined) return;
    const timer = setInterval(() => {
      const input = client.gamepads.moved();
      if (!input) return;
      client.gamepads.map(asked, input);
      client.store.setState({ mappedInput: undefined });
    }, LOOK_EVERY);
    return () => clearInterval(timer);
  }, [client, asked]);
  // Closed in the middle of it: the pad drives again.
  useEffect(() => () => client.store.setState({ mappedInput: undefined }), [client]);
  if (!gamepad || !controls) return null;
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {gamepad.id}
      </Text>
      <Text size="xs" c="dimmed">
        {gamepad.isMapped
          ? 'Something else does it? Press a button here, then move the input that shall.'
          : 'The browser does not know its layout. Press each button, then move the input that shall do it.'}
      </Text>
      <Group gap={6}>
        {padInputs(controls).map(({ name, what }) => (
          <Button
            key={name}
            size="compact-xs"
            variant={asked === name ? 'filled' : 'default'}
            onClick={(event) => {
              event.currentTarget.blur();
              client.store.setState({ mappedInput: name });
            }}
            data-testid={`map-${name.replace(' ', '-')}`}
          >
            {asked === name ? 'move it…' : what}
          </Button>
        ))}
      </Group>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        onClick={() => client.gamepads.unmap()}
        data-testid="unmap"
      >
        As the browser has it
      </Button>
    </Stack>
  );
}
