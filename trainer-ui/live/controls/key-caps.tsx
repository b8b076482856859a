import { Group, Kbd } from '@mantine/core';
import { keyLabel } from '../../core/bindings.ts';

/** What is printed on those keys, each once. */
export function KeyCaps({ codes }: { codes: readonly string[] }) {
  return (
    <Group gap={4} wrap="nowrap">
      {[...new Set(codes.map(keyLabel))].map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </Group>
  );
}
