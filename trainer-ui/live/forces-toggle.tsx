import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowsUp } from '@tabler/icons-react';
import { useCallback, useEffect } from 'react';
import { useApp, useClient } from '../context.ts';
import { actionOf, OVERLAYS, withKey } from '../core/bindings.ts';
import { newId } from '../core/client.ts';
import { useKeys } from '../use-keys.ts';

/**
 * Shows contacts, joints and forces where the environment has them. The server sends them only while a
 * viewer asks for them, so a new connection asks again.
 */
export function ForcesToggle() {
  const client = useClient();
  const on = useApp((s) => s.forces);
  const offered = useApp((s) => s.welcome?.environment.overlays ?? false);
  const session = useApp((s) => s.welcome?.sessionId);
  const toggle = useCallback(() => client.store.setState((s) => ({ forces: !s.forces })), [client]);
  useEffect(() => {
    if (offered && session) client.send({ type: 'control', id: newId(), action: 'overlays', on });
  }, [client, offered, session, on]);
  useKeys((event) => {
    const isMeant = offered && actionOf(OVERLAYS, event) === 'forces';
    if (isMeant) toggle();
    return isMeant;
  });
  if (!offered) return null;
  return (
    <div>
      <Tooltip label={withKey('Contacts, joints and forces', OVERLAYS.forces)} position="left">
        <ActionIcon
          size="lg"
          variant={on ? 'filled' : 'light'}
          color={on ? 'yellow' : 'gray'}
          aria-label="Contacts, joints and forces"
          aria-pressed={on}
          data-testid="forces"
          onClick={(event) => {
            event.currentTarget.blur();
            toggle();
          }}
        >
          <IconArrowsUp size={18} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
