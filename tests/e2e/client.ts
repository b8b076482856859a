/** A teacher without a browser: speaks the wire to a running server, for what the page cannot see. */
import WebSocket from 'ws';
import {
  type ClientFeedback,
  type ClientMessage,
  type Clip,
  decodeClip,
  decodeFrame,
  encodeInput,
  FLAG,
  type Frame,
  OP,
  opcode,
  PROTOCOL_VERSION,
  type ServerMessage,
  SUBPROTOCOL,
  serverMessageSchema,
  WEBSOCKET_PATH,
} from '../../server/protocol/index.ts';
import { until } from './helpers.ts';

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export interface Client {
  readonly messages: ServerMessage[];
  /** The newest frame. */
  frame(): Frame | undefined;
  frames(): number;
  /** The newest clip. */
  clip(): Clip | undefined;
  send(message: ClientMessage): void;
  /** Hold all axes at `values` for now: to be repeated at least twice a second. */
  hold(values: readonly number[]): void;
  release(): void;
  all<T extends ServerMessage['type']>(type: T): Of<T>[];
  /** The first message of a type that fits, past or to come. */
  expect<T extends ServerMessage['type']>(
    type: T,
    fits?: (message: Of<T>) => boolean,
    timeoutMs?: number,
  ): Promise<Of<T>>;
  close(): void;
  /** By whichever side. */
  isClosed(): boolean;
}

export async function connect(url: string, teacherId: string): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${WEBSOCKET_PATH}`, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  const messages: ServerMessage[] = [];
  let frame: Frame | undefined;
  let frames = 0;
  let clip: Clip | undefined;
  let sequence = 0;
  socket.on('message', (data: ArrayBuffer | Buffer, binary: boolean) => {
    if (!binary) messages.push(serverMessageSchema.parse(JSON.parse(String(textOf(data)))));
    else if (data instanceof ArrayBuffer && opcode(data) === OP.frame) {
      frame = decodeFrame(data);
      frames++;
    } else if (data instanceof ArrayBuffer && opcode(data) === OP.clip) clip = decodeClip(data);
  });
  socket.on('error', () => {}); // the server may be killed under it on purpose
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const input = (activeAxes: number, values: readonly number[]) =>
    socket.send(
      encodeInput({
        sequence: ++sequence,
        live: frame?.live ?? 0,
        episodeNumber: frame?.episodeNumber ?? 0,
        step: frame?.step ?? 0,
        sentAt: Date.now(),
        activeAxes,
        values: Float32Array.from(values),
      }),
    );
  const client: Client = {
    messages,
    frame: () => frame,
    frames: () => frames,
    clip: () => clip,
    send: (message) => socket.send(JSON.stringify(message)),
    hold: (values) => input(2 ** values.length - 1, values),
    release: () => input(0, [0, 0]),
    all: <T extends ServerMessage['type']>(type: T) =>
      messages.filter((m): m is Of<T> => m.type === type),
    expect: (type, fits = () => true, timeoutMs?) =>
      until(`a ${type} message`, () => client.all(type).find(fits), timeoutMs),
    close: () => socket.close(),
    isClosed: () => socket.readyState === WebSocket.CLOSED,
  };
  client.send({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId });
  await client.expect('welcome');
  return client;
}

/**
 * Drives as a page does, until it lets go: what is held is said again and again, and a hand that stood still for a
 * second, as on a busy machine, lets go first when it is told to (CTRL-17).
 */
export function drive(client: Client, values: readonly number[]): { letGo(): void } {
  const told = () => client.all('error').filter((e) => e.code === 'let-go-first').length;
  let heard = told();
  const hand = setInterval(() => {
    if (told() > heard) client.release();
    else client.hold(values);
    heard = told();
  }, 40);
  return {
    letGo() {
      clearInterval(hand);
      client.release();
    },
  };
}

/** Drives for some steps, and lets go. Where a busy machine took the wheel back in between, that was a takeover, too. */
export async function takeOver(client: Client, values: readonly number[]): Promise<void> {
  const hand = drive(client, values);
  let first: Frame | undefined;
  try {
    await until('steps of a person', () => {
      const now = client.frame();
      if (!now || (now.flags & FLAG.human) === 0) first = undefined;
      else first ??= now;
      return first && (now!.episodeNumber !== first.episodeNumber || now!.step > first.step + 4);
    });
  } finally {
    hand.letGo();
  }
}

/** Those since `known` messages of overrides, as judged as they will be; none while one is not judged. */
export function verdicts(client: Client, known = 0): Of<'override'>[] {
  const since = client.all('override').slice(known);
  const judged = since.filter((o) => o.counterfactual !== null);
  const ids = new Set(since.map((o) => o.feedbackId));
  return judged.length === ids.size ? judged : [];
}

function textOf(data: ArrayBuffer | Buffer): string {
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

let made = 0;

/** A live reward about the step on screen. */
export function reward(
  runId: string,
  teacherId: string,
  episodeId: string,
  step: number,
  value: number,
): ClientFeedback {
  const now = Date.now();
  return {
    id: `${teacherId}-${now}-${made++}`,
    runId,
    teacherId,
    shownAt: now,
    answeredAt: now,
    responseMs: 0,
    kind: 'reward',
    episodeId,
    step,
    value,
  };
}
