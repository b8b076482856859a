/** How people oversee the simulation: always on screen, and changed here. */
import { Button, Menu, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import type { OversightMode } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { newId } from '../core/client.ts';
import { looksOn } from '../core/store.ts';

const MODES = [
  ['in', 'In the loop', 'The agent waits for a person before what looks risky.'],
  ['on', 'On the loop', 'The agent drives and calls for help; people may take over.'],
  ['out', 'Out of the loop', 'The agent drives alone; it can only be stopped.'],
] as const satisfies readonly (readonly [OversightMode, string, string])[];

export function OversightMenu() {
  const client = useClient();
  const mode = useApp((s) => s.status?.oversight ?? 'on');
  const isLooking = useApp(looksOn);
  if (isLooking) return null;
  const [, title] = MODES.find(([id]) => id === mode)!;
  return (
    <Menu position="bottom" shadow="md" width={300} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Button
          className="oversight"
          variant="default"
          radius="md"
          h={32}
          leftSection={<IconEye size={18} aria-hidden />}
          aria-label={`oversight: ${title}`}
          data-testid="oversight"
          data-mode={mode}
        >
          {title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {MODES.map(([id, name, what]) => (
          <Menu.Item
            key={id}
            onClick={() =>
              client.send({ type: 'control', id: newId(), action: 'oversight', mode: id })
            }
            data-testid={`oversight-${id}`}
          >
            <Text size="sm" fw={id === mode ? 700 : 500}>
              {name}
            </Text>
            <Text size="xs" c="dimmed">
              {what}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
