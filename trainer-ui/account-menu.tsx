/** Who is signed in at this page, and the way out: where there are accounts. */
import { ActionIcon, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconUserCircle } from '@tabler/icons-react';
import { useApp } from './context.ts';
import { signOut } from './core/http.ts';
import { OwnAnswers } from './own-answers.tsx';

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
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon
          size="lg"
          variant="subtle"
          color="gray"
          aria-label={`Signed in as ${person.name}`}
          data-testid="account"
        >
          <IconUserCircle size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="bright" data-testid="account-name">
            {person.name}
          </Text>
          {person.role}
        </Menu.Label>
        <OwnAnswers />
        <Menu.Item onClick={leave} data-testid="sign-out">
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
