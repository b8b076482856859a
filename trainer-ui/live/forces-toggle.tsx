import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowsUp } from '@tabler/icons-react';
import { useCallback, useEffect } from 'react';
import { newId } from '../client.ts';
import { useApp, useClient } from '../context.ts';

/** Key beside the cameras' 1 to 4: letters belong to the motors of a robot. */
const KEY = '5';

/**
 * Shows contacts, joints and forces where the environment has them. The server sends them only while
 * somebody looks, so a new connection asks again.
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
  useEffect(() => {
    if (!offered) return;
    const onKey = (event: KeyboardEvent) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      const isTyping =
        event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key === KEY && isPlain && !isTyping) toggle();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [offered, toggle]);
  if (!offered) return null;
  return (
    <div className="hud" style={{ right: 14, top: '50%' }}>
      <Tooltip label={`Contacts, joints and forces (${KEY})`} position="left">
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
