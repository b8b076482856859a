/** Which model is the promoted one: proposed, judged on people's labels, approved by another, and taken back. */
import { Alert, Button, Group, Modal, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { gateWords, type ModelReply, stateWords } from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import { usePolled } from '../use-polled.ts';
import { WideTable } from '../wide-table.tsx';
import { type Decision, decideModel, propose, readModels } from './promotion-api.ts';

const EVERY = 5000;
const SHOWN = 6;
const SEE: readonly string[] = ['owner', 'supervisor', 'auditor'];

const WORDS: Readonly<Record<Decision, { readonly title: string; readonly what: string }>> = {
  approve: {
    title: 'Approve',
    what: 'It becomes the promoted model of this run and is kept as it is, whatever the agent learns later. It can be rolled back.',
  },
  withdraw: { title: 'Withdraw', what: 'It is no longer proposed, and what was kept of it goes.' },
  rollback: {
    title: 'Roll back',
    what: 'It is no longer the promoted model; the one that was promoted before it is again, if there is one.',
  },
};

/** For those who look after the run; others see nothing of it. */
export function Promotion() {
  const role = useApp((s) => s.welcome?.person?.role);
  return role !== undefined && SEE.includes(role) ? (
    <Models mayDecide={role !== 'auditor'} />
  ) : null;
}

function Models({ mayDecide }: { mayDecide: boolean }) {
  const { value: models, error, look } = usePolled(readModels, EVERY);
  const [isBusy, setBusy] = useState(false);
  const [asked, ask] = useState<{ id: string; decision: Decision }>();
  async function work(does: () => Promise<string>) {
    setBusy(true);
    try {
      notifications.show({ message: await does() });
    } catch (e) {
      notifications.show({ color: 'red', title: 'Refused', message: (e as Error).message });
    } finally {
      setBusy(false);
      ask(undefined);
      look();
    }
  }
  return (
    <Stack gap="xs" data-testid="promotion">
      <Group justify="space-between">
        <Title order={2} size="h5">
          Promoted model
        </Title>
        {mayDecide && (
          <Button
            size="compact-sm"
            variant="default"
            loading={isBusy}
            onClick={() =>
              work(async () => {
                const { id, gate } = await propose();
                return `${id} ${gateWords(gate)}`;
              })
            }
            data-testid="propose"
          >
            Propose what it has learned by now
          </Button>
        )}
      </Group>
      {error && (
        <Alert color="red" title="The models could not be had">
          {error}
        </Alert>
      )}
      {models && !models.some(({ state }) => state === 'promoted') && (
        <Text size="sm" c="dimmed">
          No model is promoted yet. A proposed one is judged on comparisons by people that it was
          not trained on; somebody else approves it.
        </Text>
      )}
      {models && models.length > 0 && (
        <List
          models={models}
          decide={mayDecide ? (id, decision) => ask({ id, decision }) : undefined}
        />
      )}
      <Confirm
        asked={asked}
        isBusy={isBusy}
        close={() => ask(undefined)}
        confirm={({ id, decision }) =>
          work(async () => {
            await decideModel(id, decision);
            return `${id}: ${WORDS[decision].title.toLowerCase()} is done`;
          })
        }
      />
    </Stack>
  );
}

function List(props: {
  models: readonly ModelReply[];
  decide: ((id: string, decision: Decision) => void) | undefined;
}) {
  const { models, decide } = props;
  const shown = models.filter((model, i) => i < SHOWN || model.state === 'promoted');
  return (
    <WideTable label="policies" minWidth={640}>
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Policy</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Judged</Table.Th>
            <Table.Th>By</Table.Th>
            <Table.Th>{decide ? 'Decide' : ''}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((model) => (
            <Table.Tr key={model.id} data-testid="model" data-state={model.state}>
              <Table.Td className="mono" title={model.id}>
                {model.policyVersion}
              </Table.Td>
              <Table.Td>{stateWords(model)}</Table.Td>
              <Table.Td>{gateWords(model.gate)}</Table.Td>
              <Table.Td>
                {model.proposedBy}
                {model.approvedBy && `, approved by ${model.approvedBy}`}
                {model.rolledBackBy && `, rolled back by ${model.rolledBackBy}`}
              </Table.Td>
              <Table.Td>{decide && <Decisions of={model} decide={decide} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}

function Decisions(props: { of: ModelReply; decide: (id: string, decision: Decision) => void }) {
  const { id, state, gate } = props.of;
  const button = (decision: Decision) => (
    <Button
      key={decision}
      size="compact-sm"
      variant="default"
      onClick={() => props.decide(id, decision)}
      data-testid={decision}
    >
      {WORDS[decision].title}
    </Button>
  );
  if (state === 'promoted') return button('rollback');
  if (state !== 'waiting') return null;
  return (
    <Group gap="xs">
      {gate.passes && button('approve')}
      {button('withdraw')}
    </Group>
  );
}

function Confirm(props: {
  asked: { readonly id: string; readonly decision: Decision } | undefined;
  isBusy: boolean;
  close: () => void;
  confirm: (asked: { readonly id: string; readonly decision: Decision }) => void;
}) {
  const { asked, isBusy, close, confirm } = props;
  if (!asked) return null;
  const { title, what } = WORDS[asked.decision];
  return (
    <Modal opened onClose={close} title={`${title}: ${asked.id}`}>
      <Stack>
        <Text size="sm">{what}</Text>
        <Button
          data-autofocus
          color={asked.decision === 'approve' ? 'blue' : 'red'}
          loading={isBusy}
          onClick={() => confirm(asked)}
          data-testid="confirm-model"
        >
          {title}
        </Button>
      </Stack>
    </Modal>
  );
}
