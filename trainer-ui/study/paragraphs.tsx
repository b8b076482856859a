import { Text } from '@mantine/core';

/** Text of a researcher: paragraphs are parted by empty lines. */
export function Paragraphs({ text }: { text: string }) {
  return text.split(/\n\s*\n/).map((paragraph, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
    <Text key={i} size="sm" style={{ whiteSpace: 'pre-line' }}>
      {paragraph.trim()}
    </Text>
  ));
}
