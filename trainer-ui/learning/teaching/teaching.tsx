/** What people said, by person and kind, and where they stepped in. */
import '../behaviour.css';
import { Anchor, SimpleGrid, Table, Text, Title } from '@mantine/core';
import type { TeachingReply } from '../../../server/protocol/index.ts';
import { useApp, useClient } from '../../context.ts';
import { get } from '../../core/http.ts';
import type { Moment } from '../../core/moment.ts';
import { usePolled } from '../../use-polled.ts';
import { WideTable } from '../../wide-table.tsx';
import { adviceOf, countWords, headOf, kindsOf, takeoverWords } from './words.ts';

const EVERY = 5000;

type Person = TeachingReply['people'][number];

async function readTeaching(): Promise<TeachingReply> {
  const reply = await get('api/teaching');
  return (await reply.json()) as TeachingReply;
}

export function Teaching() {
  const { value: teaching, error } = usePolled(readTeaching, EVERY);
  return (
    <section aria-label="what people said" data-testid="teaching">
      <Title order={2} size="h5" mb="xs">
        What people said, and where they stepped in
      </Title>
      {error && <Text size="sm">{error}</Text>}
      {teaching && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          <ByPerson people={teaching.people} />
          <Takeovers takeovers={teaching.takeovers} />
        </SimpleGrid>
      )}
    </section>
  );
}

function useOpen() {
  const client = useClient();
  return (moment: Moment) => client.store.setState({ tab: 'episodes', moment });
}

function ByPerson({ people }: { people: readonly Person[] }) {
  const kinds = kindsOf(people);
  const all = people.reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="card behaviour-clips" aria-label="by person and kind">
      <Title order={3} size="h6">
        By person and kind
      </Title>
      {all === 0 ? (
        <Text size="sm" c="dimmed">
          Nobody has said anything yet: answer under Compare, reward, or take over.
        </Text>
      ) : (
        <WideTable label="what people said, by person" minWidth={150 + 110 * kinds.length}>
          <Table className="newest" fz="sm" data-testid="by-person">
            <Table.Thead>
              <Table.Tr>
                {['Person', ...kinds.map(headOf), 'Share'].map((head) => (
                  <Table.Th key={head}>{head}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {people.map((person) => (
                <PersonRow key={person.name} person={person} kinds={kinds} all={all} />
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      <Text size="xs" c="dimmed">
        What was taken back or rejected is not counted. A number opens what the newest is about.
      </Text>
      {adviceOf(people) && (
        <Text size="sm" data-testid="teaching-advice">
          {adviceOf(people)}
        </Text>
      )}
    </section>
  );
}

function PersonRow(props: {
  person: Person;
  kinds: readonly Person['said'][number]['kind'][];
  all: number;
}) {
  const { person, kinds, all } = props;
  const name = person.name ?? 'everybody else';
  const open = useOpen();
  return (
    <Table.Tr data-testid="taught-by" data-person={name}>
      <Table.Th scope="row" fw={400}>
        {name}
        {person.isPaused && ' (paused: does not count)'}
      </Table.Th>
      {kinds.map((kind) => {
        const said = person.said.find((one) => one.kind === kind);
        const newest = said?.newest;
        return (
          <Table.Td key={kind} className="mono">
            {said && newest ? (
              <Anchor
                component="button"
                type="button"
                size="sm"
                underline="always"
                aria-label={`${countWords(kind, said.count)} of ${name}: open what the newest is about`}
                onClick={() => open(newest)}
                data-testid="open-said"
                data-kind={kind}
              >
                {said.count}
              </Anchor>
            ) : (
              (said?.count ?? '–')
            )}
          </Table.Td>
        );
      })}
      <Table.Td className="mono">{Math.round((100 * person.count) / all)} %</Table.Td>
    </Table.Tr>
  );
}

function Takeovers({ takeovers }: Pick<TeachingReply, 'takeovers'>) {
  const open = useOpen();
  const dt = useApp((s) => s.welcome?.environment.controlDt ?? 0.1);
  return (
    <section className="card behaviour-clips" aria-label="newest takeovers">
      <Title order={3} size="h6">
        Newest takeovers
      </Title>
      {takeovers.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody has taken over yet: hold an arrow key or a stick on Live.
        </Text>
      )}
      {takeovers.map((takeover) => {
        const { name, episodeId, from, at } = takeover;
        return (
          <Text size="sm" key={`${episodeId} ${from}`}>
            <Anchor
              component="button"
              type="button"
              size="sm"
              underline="always"
              onClick={() => open({ episodeId, step: from })}
              data-testid="open-takeover"
              data-episode={episodeId}
              data-from={from}
            >
              {new Date(at).toLocaleTimeString('en-GB')}, {name ?? 'somebody else'}
            </Anchor>{' '}
            {takeoverWords(takeover, dt)}
          </Text>
        );
      })}
      <Text size="xs" c="dimmed">
        How far the agent came in that episode before somebody stepped in. Where it stays short,
        look at what went before: mark it bad, or drive it better from there.
      </Text>
    </section>
  );
}
