import { Button, Group, TextInput } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useState } from 'react';

/** A command to be typed elsewhere. Browsers give the clipboard to secure pages only; elsewhere it is copied by hand. */
export function CopyCommand({ command }: { command: string }) {
  const [copied, setCopied] = useState('');
  const isCopied = copied === command;
  return (
    <Group gap="xs" wrap="nowrap">
      <TextInput
        flex={1}
        size="sm"
        readOnly
        aria-label="command"
        className="mono"
        value={command}
        onFocus={(event) => event.currentTarget.select()}
        data-testid="command"
      />
      {navigator.clipboard && (
        <Button
          size="sm"
          variant="default"
          leftSection={<IconCopy size={16} />}
          onClick={() => navigator.clipboard.writeText(command).then(() => setCopied(command))}
        >
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
      )}
    </Group>
  );
}
