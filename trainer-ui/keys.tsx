/** Every key of the page; those that drive are the environment's own. */
import { Group, Kbd, Table, Text } from '@mantine/core';
import { useApp } from './context.ts';
import type { Welcome } from './store.ts';

type Row = readonly [keys: readonly string[], what: string];

const LIVE: readonly Row[] = [
  [['+', '−'], 'good, bad: reward for what is on screen (= is + too)'],
  [['Shift +', 'Shift −'], 'a little good, a little bad: half a reward'],
  [['1', '2', '3', '4'], 'camera: chase, top, cockpit, free'],
  [['Space'], 'pause and go on'],
  [['.'], 'one step, while paused'],
  [['R', 'Backspace'], 'rewind 5 seconds; drive from there'],
  [['N'], 'new episode'],
  [['Esc'], 'emergency stop, until Space'],
];
const OVERLAYS: Row = [['5'], 'contacts, joints and forces'];
const COMPARE: readonly Row[] = [
  [['←', '→'], 'left or right is better; with Shift: a little better'],
  [['↓'], 'equally good'],
  [['↑'], 'can’t tell'],
  [['1', '…', '4'], 'ranking: the next best; with Shift: a tie with the last'],
  [['1', '…', '5'], 'rating: from very bad to very good'],
  [['Enter'], 'send the ranking or rating'],
  [['Backspace'], 'take the last number back'],
  [['S'], 'skip'],
  [['Space'], 'pause the clips'],
  [['U'], 'undo the last answer'],
];

/** What is printed on the key of a `KeyboardEvent.code`. */
function label(code: string): string {
  const arrows: Readonly<Record<string, string>> = {
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
  };
  return arrows[code] ?? code.replace(/^(Key|Digit)/, '').replace(/(Left|Right)$/, '');
}

/** The keys that take over, one per direction. */
export function takeOverKeys({ controls }: Welcome['environment']): string[] {
  const first = controls.flatMap((c) => [
    ...c.positiveKeys.slice(0, 1),
    ...c.negativeKeys.slice(0, 1),
  ]);
  return [...new Set(first.map(label))];
}

function driving({ controls }: Welcome['environment']): Row[] {
  const unique = (codes: readonly string[]) => [...new Set(codes.map(label))];
  const axes = controls.map(({ name, positiveKeys, negativeKeys, gamepad }): Row => {
    const pad = gamepad ? (gamepad.kind === 'stick' ? ', or stick' : ', or triggers') : '';
    return [unique([...positiveKeys, ...negativeKeys]), `${name}: more, less, while held${pad}`];
  });
  const paces = new Map(controls.flatMap((c) => c.paces ?? []).map((pace) => [pace.name, pace]));
  return [
    ...axes,
    ...[...paces.values()].map((p): Row => [unique(p.keys), `${p.name}, while held`]),
  ];
}

export function Keys() {
  const environment = useApp((s) => s.welcome?.environment);
  const drives = new Set(environment ? driving(environment).flatMap(([keys]) => keys) : []);
  // A key that drives does nothing else.
  const live = [...LIVE, ...(environment?.overlays ? [OVERLAYS] : [])].map(
    ([keys, what]): Row => [keys.filter((key) => !drives.has(key)), what],
  );
  return (
    <Table verticalSpacing={5} withRowBorders={false}>
      {environment && <Section title="Take over" rows={driving(environment)} />}
      <Section title="Live" rows={live} />
      <Section title="Compare" rows={COMPARE} />
    </Table>
  );
}

function Section({ title, rows }: { title: string; rows: readonly Row[] }) {
  return (
    <Table.Tbody>
      <Table.Tr>
        <Table.Th colSpan={2}>{title}</Table.Th>
      </Table.Tr>
      {rows.map(([keys, what]) => (
        <Table.Tr key={what}>
          <Table.Td w={170}>
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
