/**
 * What arrives at a gateway goes on to the learner as it came, and its answer back: whoever connects is checked there,
 * as if they had connected to it. Only what belongs to one connection (hop-by-hop, RFC 9110 §7.6.1) stays here.
 */
import {
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { HANDED_OVER } from '../connection/page.ts';

export interface RelayOptions {
  /** A connection to the learner. @throws Error with words for a person */
  readonly connect: (request: IncomingMessage) => Duplex;
  /** The page's file that is asked for; headers are set already. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

const HOP_BY_HOP = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];

export function relay(
  request: IncomingMessage,
  response: ServerResponse,
  { connect, answer }: RelayOptions,
): void {
  const fail = (error: NodeJS.ErrnoException) => refuse(response, wordsOf(error));
  let line: Duplex;
  try {
    line = connect(request);
  } catch (error) {
    fail(error as NodeJS.ErrnoException);
    return;
  }
  const { method, url: path } = request;
  const headers = passedOn(request.headers);
  // Read here, and so framed anew: without a length, a body of a method that usually has none would go out bare.
  if (request.headers['transfer-encoding']) headers['transfer-encoding'] = 'chunked';
  const asked = ask({ method, path, headers, setHost: false, createConnection: () => line });
  asked.on('error', fail);
  asked.once('response', (reply) => {
    const { statusCode = 502, headers } = reply;
    if (headers[HANDED_OVER] !== undefined) {
      reply.resume();
      for (const [name, value] of Object.entries(aroundFile(headers)))
        response.setHeader(name, value!);
      // A run beside the first has its files at an address of its own.
      request.url = String(headers[HANDED_OVER]);
      answer(request, response);
      return;
    }
    response.writeHead(statusCode, passedOn(headers));
    pipeline(reply, response, () => {}); // either end may go away
  });
  response.once('close', () => line.destroy());
  request.pipe(asked); // which is answered, too, where the rest of its body is of no use
}

/** A socket's bytes, from its request for an upgrade on. */
export function relayUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { connect }: Pick<RelayOptions, 'connect'>,
): void {
  socket.on('error', () => {}); // an ordinary end
  let line: Duplex;
  try {
    line = connect(request);
  } catch (error) {
    refuseUpgrade(socket, (error as Error).message);
    return;
  }
  const { method, url, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  line.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  line.write(head);
  pipeline(socket, line, socket, () => {});
}

const passedOn = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  without(headers, HOP_BY_HOP);

/** What is not the file's own. */
const aroundFile = (headers: IncomingHttpHeaders) =>
  without(headers, [...HOP_BY_HOP, HANDED_OVER, 'content-length', 'content-type', 'date']);

function without(headers: IncomingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders {
  const own = new Set([...names, ...(headers.connection ?? '').toLowerCase().split(/\s*,\s*/)]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name)));
}

/** A tunnel that ends says why; that of a server which hangs up does not. */
const wordsOf = ({ code, message }: NodeJS.ErrnoException) =>
  code === 'ECONNRESET' ? 'The server ended the connection.' : message;

function refuse(response: ServerResponse, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(503, {
    'content-type': 'application/json; charset=utf-8',
    'retry-after': '1',
  });
  response.end(JSON.stringify({ message }));
}

function refuseUpgrade(socket: Duplex, message: string): void {
  const body = `${message}\n`;
  const head = [
    'HTTP/1.1 503 Service Unavailable',
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
