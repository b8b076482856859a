/** A person at a page, without the page: answers questions, gives rewards, takes over; keeps what was promised. */
import WebSocket from 'ws';
import {
  type ClientFeedback,
  type ClientMessage,
  decodeFrame,
  encodeInput,
  FLAG,
  OP,
  opcode,
  PROTOCOL_VERSION,
  type ServerMessage,
  SUBPROTOCOL,
  WEBSOCKET_PATH,
} from '../../server/protocol/index.ts';
import type { Random } from '../../sim/random.ts';

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/** One control step as it was seen. */
export interface Seen {
  readonly episodeNumber: number;
  readonly step: number;
  readonly isHuman: boolean;
  readonly inputSequence: number;
  readonly at: number;
}

/** What the server has promised to whoever was connected, over all of its lives. */
export interface Promised {
  readonly acknowledged: Map<string, ClientFeedback>;
  /** Takeovers that people were told of, by id. */
  readonly told: Map<string, Of<'override'>>;
}

/** Refusals after which a page sends the answer again. */
const TRIED_AGAIN = new Set(['storage-failed', 'too-frequent', 'internal']);

/** ms until then. */
const RETRY = 1000;

let made = 0;

export class Person {
  readonly name: string;
  readonly promised: Promised;
  readonly socket: WebSocket;
  readonly seen: Seen[] = [];
  readonly errors: Of<'error'>[] = [];
  readonly alerts = new Map<string, Of<'alert'>>();
  readonly queries = new Map<string, Of<'query'>['query']>();
  /** Sent and not acknowledged or refused yet. */
  readonly waiting = new Map<string, ClientFeedback>();
  status: Of<'status'> | undefined;
  welcome: Of<'welcome'> | undefined;
  /** Of the newest input. */
  sequence = 0;
  /** The step that each input answers, by its sequence. */
  readonly said = new Map<number, number>();
  #driving: NodeJS.Timeout | undefined;

  /** `before`: the same person on a connection that was lost; what waited is sent again. */
  constructor(url: string, name: string, promised: Promised, before?: Person) {
    this.name = name;
    this.sequence = before?.sequence ?? 0;
    for (const [sequence, step] of before?.said ?? []) this.said.set(sequence, step);
    for (const feedback of before?.waiting.values() ?? []) this.waiting.set(feedback.id, feedback);
    this.promised = promised;
    this.socket = new WebSocket(`${url.replace('http', 'ws')}${WEBSOCKET_PATH}`, SUBPROTOCOL);
    this.socket.binaryType = 'arraybuffer';
    this.socket.on('error', () => {}); // servers are killed on purpose
    this.socket.on('open', () =>
      this.send({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: name }),
    );
    this.socket.on('close', () => clearInterval(this.#driving));
    this.socket.on('message', (data: ArrayBuffer | Buffer, binary: boolean) => {
      if (binary) this.#frame(data as ArrayBuffer);
      else this.#hear(JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as ServerMessage);
    });
  }

  get last(): Seen | undefined {
    return this.seen.at(-1);
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(message: ClientMessage): void {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }

  control(action: 'play' | 'reset' | 'estop'): void {
    this.send({ type: 'control', id: `c${++made}`, action });
  }

  /** Sends an answer and remembers it until the server has spoken. */
  give(feedback: ClientFeedback): void {
    this.waiting.set(feedback.id, feedback);
    this.send({ type: 'feedback', feedback });
  }

  /** A reward for the step on screen. */
  reward(value: number): void {
    if (!this.status?.episodeId || !this.last) return;
    if (this.status.episodeNumber !== this.last.episodeNumber) return;
    const { episodeId } = this.status;
    this.give({ ...this.#base(), kind: 'reward', episodeId, step: this.last.step, value });
  }

  /** Answers the oldest question that waits; false: there is none. */
  answer(): boolean {
    const query = [...this.queries.values()].find((q) => q.kind === 'compare');
    if (!query) return false;
    this.queries.delete(query.id);
    const [a, b] = query.segments;
    const choice = made % 2 ? 'a' : 'b';
    this.give({ ...this.#base(), queryId: query.id, kind: 'preference', a: a!, b: b!, choice });
    return true;
  }

  /** Takes an answer back. */
  undo(feedbackId: string): void {
    this.give({ ...this.#base(), kind: 'retraction', feedbackId });
  }

  input(activeAxes: number, values: readonly number[], step = this.last?.step ?? 0): void {
    if (!this.isOpen || !this.last) return;
    this.said.set(++this.sequence, step);
    this.socket.send(
      encodeInput({
        sequence: this.sequence,
        live: 0,
        episodeNumber: this.last.episodeNumber,
        step,
        sentAt: Date.now(),
        activeAxes,
        values: Float32Array.from(values),
      }),
    );
  }

  /** Holds the wheel from now on. */
  drive(values: readonly number[] = this.#straight()): void {
    clearInterval(this.#driving);
    const hold = () => this.input(2 ** values.length - 1, values);
    hold();
    this.#driving = setInterval(hold, 50);
  }

  /** Says no more, as a browser that is frozen. */
  fallSilent(): void {
    clearInterval(this.#driving);
  }

  letGo(): void {
    clearInterval(this.#driving);
    this.input(0, this.#straight());
  }

  close(): void {
    clearInterval(this.#driving);
    this.socket.terminate();
  }

  /** One deed, at random. */
  act(random: Random): void {
    const dice = random.next();
    if (dice < 0.2) this.drive();
    else if (dice < 0.4) this.letGo();
    else if (dice < 0.6 && this.answer()) return;
    else if (dice < 0.65 && this.promised.acknowledged.size > 0) {
      const last = [...this.promised.acknowledged.keys()].at(-1)!;
      this.undo(last);
    } else this.reward(random.uniform(-1, 1));
  }

  #straight(): number[] {
    return (this.welcome?.environment.actionNames ?? ['', '']).map(() => 0.1);
  }

  #base() {
    const now = Date.now();
    const id = `${this.name}-${now.toString(36)}-${made++}`;
    const runId = this.welcome!.runId;
    return { id, runId, teacherId: this.name, shownAt: now, answeredAt: now, responseMs: 0 };
  }

  /** As a page does: some refusals are for good, others are tried again. */
  #refused({ code, ref }: Of<'error'>): void {
    const feedback = ref === undefined ? undefined : this.waiting.get(ref);
    if (!feedback) return;
    if (!TRIED_AGAIN.has(code)) this.waiting.delete(feedback.id);
    else setTimeout(() => this.send({ type: 'feedback', feedback }), RETRY);
  }

  #frame(data: ArrayBuffer): void {
    if (opcode(data) !== OP.frame) return;
    const { episodeNumber, step, flags, inputSequence } = decodeFrame(data);
    const isHuman = (flags & FLAG.human) !== 0;
    this.seen.push({ episodeNumber, step, isHuman, inputSequence, at: performance.now() });
    if (this.seen.length > 20_000) this.seen.splice(0, 10_000);
  }

  #hear(message: ServerMessage): void {
    const { acknowledged, told } = this.promised;
    switch (message.type) {
      case 'welcome':
        this.welcome = message;
        for (const feedback of this.waiting.values()) this.send({ type: 'feedback', feedback });
        return;
      case 'status':
        this.status = message;
        return;
      case 'query':
        this.queries.set(message.query.id, message.query);
        return;
      case 'query-expired':
        this.queries.delete(message.queryId);
        return;
      case 'ack': {
        const given = this.waiting.get(message.feedbackId);
        if (given) acknowledged.set(given.id, given);
        this.waiting.delete(message.feedbackId);
        return;
      }
      case 'override':
        told.set(message.feedbackId, message);
        return;
      case 'alert':
        if (message.severity === 'cleared') this.alerts.delete(message.id);
        else this.alerts.set(message.id, message);
        return;
      case 'error':
        if (this.errors.length < 10_000) this.errors.push(message);
        this.#refused(message);
        return;
      default:
        return;
    }
  }
}

export function nothingPromised(): Promised {
  return { acknowledged: new Map(), told: new Map() };
}
