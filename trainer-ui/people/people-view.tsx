/** Who answers, how well, and whose answers count: for those who look after them. */
import { Alert, Badge, Button, Stack, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { automationWords } from '../../server/protocol/index.ts';
import { CampaignsPart } from '../campaigns/campaigns.tsx';
import { useApp } from '../context.ts';
import { usePolled } from '../use-polled.ts';
import { WideTable } from '../wide-table.tsx';
import { Accounts } from './accounts.tsx';
import { Agreement } from './agreement.tsx';
import { Decision } from './decision.tsx';
import { Kpis } from './kpis.tsx';
import { readAutomation, readLineage, readQuality, readQueue } from './people-api.ts';
import type { PersonRow } from './report.ts';
import { Retention } from './retention.tsx';
import { Review } from './review.tsx';
import { estimate, lineageWords, ofSo, pace, queueWords, reasonWords } from './words.ts';

const EVERY = 5000;

async function readAll() {
  const [report, lineage, automation, queue] = await Promise.all([
    readQuality(),
    readLineage(),
    readAutomation(),
    readQueue(),
  ]);
  return { report, lineage, automation, queue };
}

export default function PeopleView() {
  const { value, error, look } = usePolled(readAll, EVERY);
  const { report, lineage, automation, queue } = value ?? {};
  const [chosen, choose] = useState<PersonRow>();
  return (
    <div className="view" data-testid="people-view">
      <Stack p="md" gap="md">
        <VisuallyHidden component="h1">People</VisuallyHidden>
        {error && (
          <Alert color="red" title="It could not be had">
            {error}
          </Alert>
        )}
        <CampaignsPart />
        {report && <Agreement report={report} />}
        {queue && queue.served > 0 && (
          <Text size="sm" data-testid="queue">
            {queueWords(queue)}
          </Text>
        )}
        {lineage && lineage.accepted > 0 && (
          <Text size="sm" data-testid="lineage">
            {lineageWords(lineage)}
          </Text>
        )}
        {automation && (automation.isOn || automation.answers > 0) && (
          <Text size="sm" data-testid="automation">
            {automationWords(automation)}
          </Text>
        )}
        {report?.people.length === 0 && (
          <Text c="dimmed" ta="center" py="xl">
            Nobody has answered a question yet.
          </Text>
        )}
        {report && report.people.length > 0 && <People people={report.people} choose={choose} />}
        {report && report.people.length > 0 && <Review onDone={look} />}
        {report && report.people.length > 0 && <Kpis />}
        <Accounts />
        {report && <Retention />}
      </Stack>
      <Decision
        key={chosen?.teacherId}
        person={chosen}
        close={() => choose(undefined)}
        onDone={look}
      />
    </div>
  );
}

/** Heads, and what they mean. */
const COLUMNS: readonly (readonly [string, string])[] = [
  ['Person', 'as others are told'],
  ['State', 'whether their answers count'],
  ['Answers', 'that count now'],
  ['Time', 'median time per answer, from when the question was given'],
  ['As others', 'of the questions that others answered too, how many as most of them'],
  ['Known', 'questions whose answer is known, hidden among the others'],
  ['Repeated', 'questions asked again with the sides swapped, answered as before'],
  [
    'In circles',
    'of three clips that they compared with each other, how often a over b over c over a; 25 % by chance',
  ],
  ['Pull to the left', 'logit, as the reward model learns it, with its 95 % interval; 0: none'],
  ['Follows the clips', '1: as everybody; near 0: as a coin; with its 95 % interval'],
];

function People(props: { people: readonly PersonRow[]; choose: (person: PersonRow) => void }) {
  const role = useApp((s) => s.welcome?.person?.role);
  const mayDecide = role !== 'auditor';
  return (
    <WideTable label="people" minWidth={1120}>
      <Table className="people" highlightOnHover fz="sm" data-testid="people">
        <Table.Thead>
          <Table.Tr>
            {COLUMNS.map(([head, meaning]) => (
              <Table.Th key={head}>
                <Tooltip label={meaning}>
                  <span>{head}</span>
                </Tooltip>
              </Table.Th>
            ))}
            {mayDecide && (
              <Table.Th>
                <VisuallyHidden>Decide</VisuallyHidden>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.people.map((person) => (
            <Row
              key={person.teacherId}
              person={person}
              choose={mayDecide ? props.choose : undefined}
            />
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}

function Row(props: { person: PersonRow; choose: ((person: PersonRow) => void) | undefined }) {
  const { person, choose } = props;
  const { standing, learned } = person;
  const isPaused = standing.state === 'paused';
  return (
    <Table.Tr data-testid="person" data-person={person.teacherId} data-state={standing.state}>
      <Table.Td>{person.name}</Table.Td>
      <Table.Td>
        <State standing={standing} />
      </Table.Td>
      <Table.Td className="mono">{person.answers}</Table.Td>
      <Table.Td className="mono">{pace(person)}</Table.Td>
      <Table.Td className="mono">
        {ofSo({ n: person.shared, right: person.withConsensus })}
      </Table.Td>
      <Table.Td className="mono">
        {ofSo({
          n: standing.quiz.n + standing.gold.n,
          right: standing.quiz.right + standing.gold.right,
        })}
      </Table.Td>
      <Table.Td className="mono">{ofSo(standing.repeats)}</Table.Td>
      <Table.Td className="mono">
        {ofSo({ n: person.triads.n, right: person.triads.cyclic })}
      </Table.Td>
      <Table.Td className="mono">{estimate(learned?.side, true)}</Table.Td>
      <Table.Td className="mono">{estimate(learned?.beta)}</Table.Td>
      {choose && (
        <Table.Td>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => choose(person)}
            data-testid="choose-person"
          >
            {isPaused ? 'Let in again' : 'Pause'}
          </Button>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function State({ standing }: Pick<PersonRow, 'standing'>) {
  const { state, reason, quiz } = standing;
  switch (state) {
    case 'quiz':
      return (
        <Badge variant="dot" miw="max-content" color="gray" tt="none">
          first questions, {quiz.n} of {quiz.of}
        </Badge>
      );
    case 'paused':
      return (
        <Stack gap={2}>
          <Badge variant="dot" miw="max-content" color="red" tt="none">
            paused
          </Badge>
          <Text size="xs" c="dimmed" maw={220} className="reason">
            {reasonWords(reason)}
          </Text>
        </Stack>
      );
    case 'active':
      return (
        <Badge variant="dot" miw="max-content" color="teal" tt="none">
          answers count
        </Badge>
      );
  }
}
