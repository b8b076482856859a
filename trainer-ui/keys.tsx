/** Every key of the page. */
import { Group, Kbd, Table, Text, Title } from '@mantine/core';
import { useApp } from './context.ts';
import { type KeySection, keySections } from './core/bindings.ts';

export function Keys() {
  const environment = useApp((s) => s.welcome?.environment);
  const hasWall = useApp((s) => s.statuses.length > 1);
  const sections = keySections(environment?.controls, environment?.overlays ?? false, hasWall);
  return (
    <Table verticalSpacing={5} withRowBorders={false}>
      {sections.map((section) => (
        <Section key={section.title} {...section} />
      ))}
    </Table>
  );
}

function Section({ title, rows }: KeySection) {
  return (
    <Table.Tbody>
      <Table.Tr>
        <Table.Th colSpan={2} scope="colgroup">
          <Title order={3} size="h6">
            {title}
          </Title>
        </Table.Th>
      </Table.Tr>
      {rows.map(([keys, what]) => (
        <Table.Tr key={what}>
          <Table.Td w="36%">
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Table.Td>
          <Table.Td>
            <Text size="sm">{what}</Text>
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  );
}
