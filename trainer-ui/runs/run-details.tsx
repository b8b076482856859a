/** One run: its name and notes, how to go on with it, and its files. */
import { Anchor, Button, Group, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { CopyCommand } from './copy-command.tsx';
import type { OpenHere } from './open-here.tsx';
import { describeRun, FILES } from './run-api.ts';
import type { RunRow } from './run-row.ts';
import { goOnCommand, isOpenHere } from './run-words.ts';

export function RunDetails(props: { run: RunRow; here: OpenHere; onChange: () => void }) {
  const { run, here, onChange } = props;
  const isOpen = isOpenHere(run, here.list?.runs);
  return (
    <section className="run-details card" aria-label={`run ${run.id}`} data-testid="run-details">
      {run.folder === undefined ? (
        <Described run={run} onChange={onChange} />
      ) : (
        <Text size="sm">
          In {run.folder}, which is only looked into: its name and notes are changed there.
        </Text>
      )}
      <Title order={2} size="h6">
        Go on with it
      </Title>
      <Text size="sm" c="dimmed">
        {run.isServed || isOpen
          ? 'It goes on here. After an end of the server this command goes on where it was:'
          : 'Open it here, where that is offered, or begin a server with it:'}
      </Text>
      <CopyCommand command={goOnCommand(run)} />
      <Title order={2} size="h6">
        Take it away
      </Title>
      <Group gap="md">
        {FILES.map(([file, label]) => (
          <Anchor
            key={file}
            size="sm"
            underline="always"
            href={`api/runs/${run.key}/files/${file}`}
            download={`${run.id}-${file}`}
            data-testid={`file-${file}`}
          >
            {label}
          </Anchor>
        ))}
      </Group>
    </section>
  );
}

function Described({ run, onChange }: { run: RunRow; onChange: () => void }) {
  const [name, setName] = useState(run.name ?? '');
  const [notes, setNotes] = useState(run.notes ?? '');
  const [said, setSaid] = useState('');
  const isChanged = name !== (run.name ?? '') || notes !== (run.notes ?? '');
  const save = () =>
    describeRun(run.id, { notes, ...(name === '' ? {} : { name }) }).then(
      () => {
        setSaid('Kept.');
        onChange();
      },
      (error: Error) => setSaid(error.message),
    );
  return (
    <>
      <TextInput
        size="sm"
        label="Name"
        placeholder={run.id}
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-testid="run-name"
      />
      <Textarea
        size="sm"
        label="Notes"
        autosize
        minRows={2}
        maxLength={10_000}
        value={notes}
        onChange={(event) => setNotes(event.currentTarget.value)}
        data-testid="run-notes"
      />
      <Group gap="sm">
        <Button size="compact-md" disabled={!isChanged} onClick={save} data-testid="run-save">
          Save
        </Button>
        <Text size="sm" role="status" data-testid="run-saved">
          {isChanged ? '' : said}
        </Text>
      </Group>
    </>
  );
}
