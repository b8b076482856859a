/** Where a recording begins: chosen over the live picture. */
import './record.css';
import { Button, Group, NumberInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useApp, useClient } from '../context.ts';
import { looksOn } from '../core/store.ts';
import { beginRecording, momentAgo, type RecordStart } from './record.ts';

/** How far back one can begin, s. */
const AGO = 5;

export function RecordPanel() {
  const client = useClient();
  const isOpen = useApp((s) => s.choosesStart && !looksOn(s));
  const present = useApp((s) => s.status?.seed ?? 0);
  if (!isOpen) return null;
  const begin = (from: RecordStart | undefined) => from && beginRecording(client, from);
  return (
    <section
      className="record-panel glass"
      aria-label="record a demonstration"
      data-testid="record-panel"
    >
      <Text size="sm">
        Record what you drive. It is yours to look at, and to keep or discard: nothing is learned
        from it before you keep it.
      </Text>
      <Group gap="xs">
        <Button size="compact-sm" color="red" onClick={() => begin({})} data-testid="record-new">
          From a new start
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => begin({ seed: present })}
          data-testid="record-same"
        >
          From this start again
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => begin(momentAgo(client, AGO))}
          data-testid="record-ago"
        >
          From {AGO} s ago
        </Button>
        <OfSeed present={present} begin={begin} />
      </Group>
    </section>
  );
}

function OfSeed({ present, begin }: { present: number; begin: (from: RecordStart) => void }) {
  const [seed, setSeed] = useState<number | string>('');
  const isOne = typeof seed === 'number';
  return (
    <Group gap={4} wrap="nowrap">
      <NumberInput
        size="xs"
        w={110}
        aria-label="seed"
        placeholder={`seed, now ${present}`}
        min={0}
        max={Number.MAX_SAFE_INTEGER}
        allowDecimal={false}
        allowNegative={false}
        hideControls
        value={seed}
        onChange={setSeed}
        onKeyDown={(event) => event.key === 'Enter' && isOne && begin({ seed })}
        data-testid="record-seed"
      />
      <Button
        size="compact-sm"
        variant="default"
        disabled={!isOne}
        onClick={() => isOne && begin({ seed })}
        data-testid="record-of-seed"
      >
        From this seed
      </Button>
    </Group>
  );
}
