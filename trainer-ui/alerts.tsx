/** What a person must know: told once as it comes, and kept at hand until it is over. */
import { Button, Popover, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { AlertMessage } from '../server/protocol/index.ts';
import { useApp } from './context.ts';

const COLOUR = { error: 'red', warning: 'orange', info: 'blue', cleared: 'gray' } as const;

/** A notice for every alert that is new or has changed; it goes when the alert does. */
export function useAlertNotices(): void {
  const alerts = useApp((s) => s.alerts);
  const shown = useRef<readonly AlertMessage[]>([]);
  useEffect(() => {
    for (const { id } of shown.current)
      if (!alerts.some((a) => a.id === id)) notifications.hide(id);
    for (const alert of alerts) {
      if (shown.current.includes(alert)) continue;
      notifications.hide(alert.id);
      notifications.show({
        id: alert.id,
        color: COLOUR[alert.severity],
        title: alert.message,
        message: alert.tip ?? '',
        autoClose: alert.severity === 'error' ? false : 8000,
      });
    }
    shown.current = alerts;
  }, [alerts]);
}

/** In the header while there are alerts; a click shows them all. */
export function AlertList() {
  const alerts = useApp((s) => s.alerts);
  if (alerts.length === 0) return null;
  const worst = alerts.some((a) => a.severity === 'error') ? 'error' : 'warning';
  return (
    <Popover position="bottom-end" width={360} shadow="md">
      <Popover.Target>
        <Button
          size="compact-sm"
          flex="none"
          variant="light"
          color={COLOUR[worst]}
          leftSection={<IconAlertTriangle size={16} />}
          data-testid="alerts"
        >
          {alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown data-testid="alert-list">
        <Stack gap="sm">
          {alerts.map((alert) => (
            <div key={alert.id} data-code={alert.code}>
              <Text size="sm" fw={600}>
                {alert.message}
              </Text>
              {alert.tip && <Text size="sm">{alert.tip}</Text>}
            </div>
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
