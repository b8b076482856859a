/** A link that makes one account: made, shown once, copied. */
import { Button, CopyButton, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { Role } from '../../server/protocol/index.ts';
import { invite } from './accounts-api.ts';
import { mayWords } from './words.ts';

export function Invitation(props: { roles: readonly Role[]; close: () => void }) {
  const { roles, close } = props;
  const [role, setRole] = useState<Role>(roles.includes('annotator') ? 'annotator' : roles[0]!);
  const [link, setLink] = useState<string>();
  async function make() {
    try {
      setLink(await invite(role));
    } catch (error) {
      notifications.show({ color: 'red', title: 'Refused', message: (error as Error).message });
    }
  }
  return (
    <Modal opened onClose={close} title="Invite somebody">
      {link === undefined ? (
        <Stack>
          <NativeSelect
            label="As"
            description={mayWords(role)}
            data={[...roles]}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
            data-testid="invite-role"
          />
          <Button onClick={make} data-testid="invite-make">
            Make a link
          </Button>
        </Stack>
      ) : (
        <Stack>
          <Text size="sm">
            Send this to one person. It makes one account, within a week, and is not shown again.
          </Text>
          <TextInput
            readOnly
            aria-label="link of the invitation"
            value={link}
            onFocus={(event) => event.currentTarget.select()}
            data-autofocus
            data-testid="invite-link"
          />
          <CopyButton value={link}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </Stack>
      )}
    </Modal>
  );
}
