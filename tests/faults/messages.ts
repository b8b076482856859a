/** Damaged messages over many connections, no faster than the limits allow, so that each of them is read. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import {
  PROTOCOL_VERSION,
  type ServerMessage,
  SUBPROTOCOL,
  WEBSOCKET_PATH,
} from '../../server/protocol/index.ts';
import { until } from '../e2e/helpers.ts';
import { isFelt, mutateBytes, mutateInput, mutateStructure, VALID } from './mutate.ts';
import { nothingPromised, Person } from './person.ts';
import type { Part, Report, Scope } from './report.ts';
import { withServer } from './server.ts';

const CONNECTIONS = 60;
/** Sent at once and then waited for: within what a connection may send in a second. */
const BATCH = { texts: 40, inputs: 60 };
const PATIENCE = 120_000;

interface Counts {
  sent: number;
  closed: number;
  readonly errors: Map<string, number>;
}

export const messages: Part = {
  name: 'messages',
  about: 'damaged messages over 60 connections',
  amount: 200_000,
  share: 0.12,
  async run(report, scope) {
    const promised = nothingPromised();
    await withServer(report, promised, async ({ url, stderr }) => {
      const onlooker = new Person(url, 'onlooker', promised);
      const giving = setInterval(() => onlooker.reward(1), 250);
      const counts: Counts = { sent: 0, closed: 0, errors: new Map() };
      try {
        await until('frames', () => onlooker.last, PATIENCE);
        const senders = Math.min(CONNECTIONS, Math.ceil(scope.amount / 200));
        await Promise.all(Array.from({ length: senders }, () => send(url, scope, counts)));
        clearInterval(giving);
        await until('every answer acknowledged', () => onlooker.waiting.size === 0, PATIENCE);
        checkOnlooker(onlooker, report);
      } finally {
        clearInterval(giving);
        onlooker.close();
      }
      report.promise('nothing fails inside:', !counts.errors.has('internal'), stderr());
      report.figure('messages; connections that they ended', `${counts.sent}; ${counts.closed}`);
      const codes = [...counts.errors].sort((a, b) => b[1] - a[1]).map(([c, n]) => `\`${c}\` ${n}`);
      report.figure('refused', codes.join(', '));
    });
  },
};

function checkOnlooker(onlooker: Person, report: Report): void {
  const { seen, status, promised } = onlooker;
  const missed = seen.filter((s, i) => {
    const before = seen[i - 1];
    return before?.episodeNumber === s.episodeNumber && s.step > before.step + 1;
  });
  report.promise('others see every step:', missed.length === 0, missed);
  report.promise('no picture is dropped for them:', status?.droppedFrames === 0, status);
  report.figure('answers of an onlooker meanwhile, all acknowledged', promised.acknowledged.size);
  report.figure('steps that the onlooker saw, none missed', seen.length);
}

/** One connection after the other, batch by batch, until all have been sent or time is over. */
async function send(url: string, scope: Scope, counts: Counts): Promise<void> {
  let socket = await open(url, counts);
  while (counts.sent < scope.amount && scope.hasTime()) {
    if (socket.readyState !== WebSocket.OPEN) {
      counts.closed++;
      socket = await open(url, counts);
    }
    const rest = sleep(1000);
    counts.sent += sendBatch(socket, scope);
    await answered(socket);
    await rest;
  }
  socket.terminate();
}

function sendBatch(socket: WebSocket, { random, amount }: Scope): number {
  const { texts, inputs } = amount < 10_000 ? { texts: 20, inputs: 30 } : BATCH;
  for (let i = 0; i < texts; i++) {
    const valid = Buffer.from(JSON.stringify(VALID[random.integer(VALID.length)]));
    const text =
      random.next() < 0.6 ? mutateStructure(random) : mutateBytes(valid, random).toString('latin1');
    if (!isFelt(text)) socket.send(text);
  }
  // Cut within a letter of two bytes it is no text at all, which ends the connection.
  if (random.next() < 0.02) socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
  for (let i = 0; i < inputs; i++) socket.send(mutateInput(random));
  return texts + inputs;
}

/** The server has read everything before, or closed. */
async function answered(socket: WebSocket): Promise<void> {
  if (socket.readyState !== WebSocket.OPEN) return;
  const over = new AbortController();
  const heard = ['pong', 'close'].map((event) => once(socket, event, { signal: over.signal }));
  socket.ping();
  await Promise.race(heard).catch(() => {}); // an error: it closes
  over.abort();
  await Promise.allSettled(heard);
}

function open(url: string, counts: Counts): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${WEBSOCKET_PATH}`, SUBPROTOCOL);
  socket.on('error', () => {});
  socket.on('message', (bytes: Buffer, binary) => {
    if (binary || !bytes.subarray(0, 20).includes('"error"')) return;
    const { code } = JSON.parse(bytes.toString()) as Extract<ServerMessage, { type: 'error' }>;
    counts.errors.set(code, (counts.errors.get(code) ?? 0) + 1);
  });
  return new Promise((resolve) => {
    socket.once('close', () => resolve(socket));
    socket.once('open', () => {
      socket.send(
        JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'mutant' }),
      );
      resolve(socket);
    });
  });
}
