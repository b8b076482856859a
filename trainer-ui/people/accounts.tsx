/** Who has an account: invitations, roles, and who is let in no more. */
import { Badge, Button, Group, NativeSelect, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { ROLES, type Role } from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import { usePolled } from '../use-polled.ts';
import { WideTable } from '../wide-table.tsx';
import { type AccountRow, changeAccount, readAccounts } from './accounts-api.ts';
import { Invitation } from './invitation.tsx';
import { mayWords } from './words.ts';

const EVERY = 10_000;

/** What people have; programs get a token instead (`POST /api/accounts`). */
export const PEOPLES_ROLES = ROLES.filter((role) => role !== 'service');

function useAccounts() {
  const { value: accounts, look } = usePolled(readAccounts, EVERY); // the view above says what is wrong
  async function change(account: AccountRow, to: Parameters<typeof changeAccount>[1]) {
    try {
      await changeAccount(account.id, to);
    } catch (error) {
      notifications.show({ color: 'red', title: 'Refused', message: (error as Error).message });
    }
    look();
  }
  return { accounts, look, change };
}

export function Accounts() {
  const role = useApp((s) => s.welcome?.person?.role);
  const mayDecide = role !== 'auditor';
  const { accounts, look, change } = useAccounts();
  const [isInviting, setInviting] = useState(false);
  if (!accounts) return null;
  return (
    <Stack gap="xs" data-testid="accounts">
      <Group justify="space-between">
        <Title order={2} size="h5">
          Accounts
        </Title>
        {mayDecide && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setInviting(true)}
            data-testid="invite"
          >
            Invite somebody
          </Button>
        )}
      </Group>
      {accounts.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody has one: whoever opens this page may do everything. From the first on, which is a
          supervisor’s, everybody signs in.
        </Text>
      )}
      {accounts.length > 0 && (
        <WideTable label="accounts" minWidth={360}>
          <Table fz="sm">
            <Table.Tbody>
              {accounts.map((account) => (
                <Row
                  key={account.id}
                  account={account}
                  change={mayDecide ? (to) => void change(account, to) : undefined}
                />
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      {isInviting && (
        <Invitation
          roles={accounts.length === 0 ? ['supervisor'] : PEOPLES_ROLES}
          close={() => {
            setInviting(false);
            look();
          }}
        />
      )}
    </Stack>
  );
}

function Row(props: {
  account: AccountRow;
  change: ((to: Parameters<typeof changeAccount>[1]) => void) | undefined;
}) {
  const { account, change } = props;
  const { name, role, createdAt, disabledAt } = account;
  const isOut = disabledAt !== null;
  return (
    <Table.Tr data-testid="account-row" data-name={name} data-state={isOut ? 'out' : 'in'}>
      <Table.Td>
        {name}{' '}
        {isOut && (
          <Badge variant="dot" miw="max-content" color="red" tt="none">
            let in no more
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        {change && role !== 'service' && role !== null ? (
          <NativeSelect
            size="xs"
            miw={120}
            aria-label={`role of ${name}`}
            data={PEOPLES_ROLES}
            value={role}
            onChange={(event) => change({ role: event.currentTarget.value as Role })}
            data-testid="account-role"
          />
        ) : (
          role
        )}
      </Table.Td>
      <Table.Td c="dimmed" visibleFrom="sm">
        {role && mayWords(role)}
      </Table.Td>
      <Table.Td className="mono" c="dimmed" visibleFrom="sm">
        {new Date(createdAt).toISOString().slice(0, 10)}
      </Table.Td>
      {change && (
        <Table.Td ta="right">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => change({ isDisabled: !isOut })}
            data-testid="account-disable"
          >
            {isOut ? 'Let in again' : 'Shut out'}
          </Button>
        </Table.Td>
      )}
    </Table.Tr>
  );
}
