/** Markdown of a supervisor as elements: nothing in it is taken as HTML, and no picture is fetched from elsewhere. */
import { Anchor, Code, List, Table, Text, Title } from '@mantine/core';
import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { type ReactNode, useMemo, useState } from 'react';
import { exampleClip } from '../../server/protocol/index.ts';
import { ExampleClip, Playing } from './example-clip.tsx';

export default function Markdown({ text }: { text: string }) {
  const [id, play] = useState<string>();
  const playing = useMemo(() => ({ id, play }), [id]);
  return <Playing.Provider value={playing}>{blocks(lexer(text))}</Playing.Provider>;
}

/** The text does not change: places are keys. */
function blocks(tokens: readonly Token[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
  return tokens.map((token, i) => <Block key={i} token={token} />);
}

function inlines(tokens: readonly Token[] = []): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
  return tokens.map((token, i) => <Inline key={i} token={token as MarkedToken} />);
}

function Block({ token }: { token: Token }) {
  const known = token as MarkedToken;
  switch (known.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading':
      return (
        <Title order={known.depth < 2 ? 2 : 3} size={known.depth < 2 ? 'h4' : 'h5'} mt="xs" mb={4}>
          {inlines(known.tokens)}
        </Title>
      );
    case 'list':
      return (
        <List type={known.ordered ? 'ordered' : 'unordered'} size="sm" mb="xs">
          {known.items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
            <List.Item key={i}>{blocks(item.tokens)}</List.Item>
          ))}
        </List>
      );
    case 'blockquote':
      return <blockquote>{blocks(known.tokens)}</blockquote>;
    case 'code':
      return <Code block>{known.text}</Code>;
    case 'hr':
      return <hr />;
    case 'table':
      return <Rows table={known as Tokens.Table} />;
    case 'text':
      return <>{inlines(known.tokens ?? [known])}</>;
    case 'paragraph':
      return (
        // No paragraph of HTML: a clip is more than words.
        <Text size="sm" mb="xs" component="div">
          {inlines(known.tokens)}
        </Text>
      );
    default:
      return <Text size="sm">{known.raw}</Text>;
  }
}

function Rows({ table: { header, rows } }: { table: Tokens.Table }) {
  return (
    <Table fz="sm">
      <Table.Thead>
        <Table.Tr>
          {header.map((cell, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
            <Table.Th key={i}>{inlines(cell.tokens)}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
          <Table.Tr key={i}>
            {row.map((cell, j) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
              <Table.Td key={j}>{inlines(cell.tokens)}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Inline({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case 'strong':
      return <strong>{inlines(token.tokens)}</strong>;
    case 'em':
      return <em>{inlines(token.tokens)}</em>;
    case 'del':
      return <del>{inlines(token.tokens)}</del>;
    case 'codespan':
      return <Code>{token.text}</Code>;
    case 'br':
      return <br />;
    case 'link':
      return isWeb(token.href) ? (
        <Anchor size="sm" href={token.href} target="_blank" rel="noreferrer">
          {inlines(token.tokens)}
        </Anchor>
      ) : (
        inlines(token.tokens)
      );
    case 'image': {
      const segment = exampleClip(token.href);
      return segment ? (
        <ExampleClip segment={segment} caption={plain(token.text)} />
      ) : (
        <em>{token.text}</em>
      );
    }
    case 'text':
      return <>{token.tokens ? inlines(token.tokens) : plain(token.text)}</>;
    case 'escape':
      return <>{token.text}</>;
    default:
      return <>{token.raw}</>;
  }
}

/** No script, and nothing of this machine. */
export const isWeb = (href: string): boolean => /^https?:\/\//i.test(href);

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': '’',
};

/** marked writes some letters as HTML does. */
function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!);
}
