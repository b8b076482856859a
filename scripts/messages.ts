/** docs/messages.md: every message on the socket, made of the schemas by `npm run docs`. */
import {
  clientMessages,
  type MessageDescription,
  serverMessages,
} from '../server/connection/message-reference.ts';
import {
  CLOSE,
  LIMITS,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  WEBSOCKET_PATH,
} from '../server/protocol/version.ts';

const code = (text: string) => `\`${text}\``;
const cell = (text: string) => text.replaceAll('|', '\\|');

function part({ name, meaning, fields, roles }: MessageDescription): string {
  const rows = fields.map(
    (field) =>
      `| ${code(field.name)}${field.isOptional ? ' (optional)' : ''} | ${cell(field.type)} | ${cell(field.meaning)} |`,
  );
  const open = roles.length > 0 ? ` Open to: ${roles.join(', ')}.` : '';
  return [
    `### ${name}`,
    '',
    `${meaning}${open}`,
    '',
    '| field | type | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

export function messagesDocument(): string {
  const closes = Object.entries(CLOSE).map(([name, number]) => `${number} (${name})`);
  return `# Messages

The socket is ${code(WEBSOCKET_PATH)} with the subprotocol ${code(SUBPROTOCOL)}; the first message is ${code('hello')} with
${code(`protocol: ${PROTOCOL_VERSION}`)}. A refused message is answered by ${code('error')} and changes nothing; these close the connection:
${closes.join(', ')}. A message has at most ${LIMITS.messageBytes / 1024} KiB; beyond ${LIMITS.messagesPerSecond} messages and ${LIMITS.inputsPerSecond} inputs a second they are refused.

Frames, clips, predicted paths and inputs are binary, little-endian: ${code('server/protocol/frames.ts')} and ${code('input.ts')} write and read them.
What can be asked over HTTP is on the page ${code('/api/docs')} of every server, and as OpenAPI 3.1 under ${code('/api/openapi.json')}.

This page is made of the schemas that the server checks messages by: ${code('npm run docs')}.

## From pages

${clientMessages().map(part).join('\n')}
## From the server

${serverMessages().map(part).join('\n')}`;
}
