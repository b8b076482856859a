/** Who is signed in at this page, what became of their answers, and the way out: where there are accounts. */
import { ActionIcon, Button, Popover, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconUserCircle } from '@tabler/icons-react';
import { useApp } from './context.ts';
import { signOut } from './core/http.ts';
import { OwnAnswers } from './own-answers.tsx';
import { OwnIdentity } from './own-identity.tsx';

export function AccountMenu() {
  const person = useApp((s) => s.welcome?.person);
  if (!person?.id) return null;
  async function leave() {
    try {
      await signOut();
      window.location.reload(); // to the form that asks who comes
    } catch (error) {
      notifications.show({ color: 'red', title: 'Refused', message: (error as Error).message });
    }
  }
  return (
    <Popover position="bottom-end" width={300} shadow="md">
      <Popover.Target>
        <ActionIcon
          size="lg"
          variant="subtle"
          color="gray"
          aria-label={`Signed in as ${person.name}`}
          data-testid="account"
        >
          <IconUserCircle size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text size="sm" fw={600}>
            {person.name}, {person.role}
          </Text>
          <OwnAnswers />
          <OwnIdentity />
          <Button size="compact-sm" variant="default" onClick={leave} data-testid="sign-out">
            Sign out
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
