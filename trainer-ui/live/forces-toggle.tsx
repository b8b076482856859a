import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowsUp, IconRadar2 } from '@tabler/icons-react';
import { useCallback, useEffect } from 'react';
import { useApp, useClient } from '../context.ts';
import { actionOf, OVERLAYS, withKey } from '../core/bindings.ts';
import { newId } from '../core/client.ts';
import { useKeys } from '../use-keys.ts';

/**
 * On Live: shows what the agent touches or senses, where the environment tells: contacts, joints and forces, or the rays of its
 * lidar. The server sends them only while a viewer asks for them, so a new connection asks again.
 */
export function ForcesToggle() {
  const client = useClient();
  const on = useApp((s) => s.forces);
  const offered = useApp((s) => s.welcome?.environment.overlays ?? false);
  const session = useApp((s) => s.welcome?.sessionId);
  useEffect(() => {
    if (offered && session) client.send({ type: 'control', id: newId(), action: 'overlays', on });
  }, [client, offered, session, on]);
  return <OverlaySwitch />;
}

/** The button and its key; in a replay as well, where nothing is sent. */
export function OverlaySwitch() {
  const client = useClient();
  const on = useApp((s) => s.forces);
  const offered = useApp((s) => s.welcome?.environment.overlays ?? false) && !client.isRecorded;
  const hasRays = useApp((s) => s.welcome?.environment.rays ?? false);
  const toggle = useCallback(() => client.showForces(!client.store.getState().forces), [client]);
  useKeys((event) => {
    const isMeant = offered && actionOf(OVERLAYS, event) === 'forces';
    if (isMeant) toggle();
    return isMeant;
  });
  if (!offered) return null;
  const what = hasRays ? 'What its lidar sees' : 'Contacts, joints and forces';
  return (
    <div>
      <Tooltip label={withKey(what, OVERLAYS.forces)} position="right">
        <ActionIcon
          size="lg"
          variant={on ? 'filled' : 'light'}
          color={on ? 'yellow' : 'gray'}
          aria-label={what}
          aria-pressed={on}
          data-testid="forces"
          onClick={(event) => {
            event.currentTarget.blur();
            toggle();
          }}
        >
          {hasRays ? <IconRadar2 size={18} /> : <IconArrowsUp size={18} />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
