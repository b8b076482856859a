/**
 * One synthetic person at the page's interface: asks for questions, looks, thinks, answers, waits for the acknowledgement,
 * and comes back as the page does where the connection is lost.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import {
  type ClientFeedback,
  type ClientMessage,
  PROTOCOL_VERSION,
  type ServerMessage,
  SUBPROTOCOL,
  WEBSOCKET_PATH,
  type WireQuery,
} from '../../server/protocol/index.ts';
import type { Random } from '../../sim/random.ts';
import { CHARACTER, type CharacterName, choose, thinkingTime } from './characters.ts';
import type { Truth } from './truth.ts';

export interface WorkerOptions {
  /** Addresses of the same server: where one is lost the person comes back by the next. */
  readonly urls: readonly string[];
  readonly token: string | undefined;
  readonly name: string;
  readonly character: CharacterName;
  /** Usual time per answer, ms. */
  readonly paceMs: number;
  readonly truth: Pick<Truth, 'judge'>;
  readonly random: Random;
  /** Lets the time for an answer pass, ms; default: as long as it takes. The answer tells that time either way. */
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Whether another answer is wanted. */
  readonly isWanted: () => boolean;
  readonly onAnswer: (answer: Answer) => void;
  readonly onError: (code: string) => void;
  /** The server told them how they stand. */
  readonly onStanding?: (standing: Standing) => void;
}

type Standing = Extract<ServerMessage, { type: 'standing' }>;

export interface Answer {
  readonly feedbackId: string;
  readonly queryId: string;
  readonly person: string;
  readonly choice: 'a' | 'b';
  readonly isRight: boolean;
  /** From the answer to its acknowledgement, ms. */
  readonly ackMs: number;
  /** From the answer to the next question given in its place, ms; undefined: none came any more. */
  readonly nextMs: number | undefined;
}

/** Questions held at once, as the page does: one on screen, one ahead. */
const HELD = 2;
/** Longest wait for anything, ms. */
const PATIENCE = 60_000;
/** ms before a lost connection is tried again. */
const AGAIN = 200;

/**
 * Resolves when no more answers are wanted, or the person has gone.
 * @returns the questions that they still held
 */
export async function work(options: WorkerOptions): Promise<WireQuery[]> {
  const person = new Worker(options);
  try {
    await person.begin();
    await person.answerAll();
    return person.held;
  } finally {
    person.close();
  }
}

interface Unacknowledged {
  readonly feedback: ClientFeedback;
  resolve(isCounted: boolean): void;
}

class Worker {
  readonly #options: WorkerOptions;
  #socket: WebSocket | undefined;
  #attempts = 0;
  #isOver = false;
  readonly #held = new Map<string, WireQuery>();
  /** By id; sent again with the next connection. */
  readonly #unacknowledged = new Map<string, Unacknowledged>();
  #onQuestion: () => void = () => {};
  /** When the newest question came, and how many have. */
  #came = { at: 0, count: 0 };

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** @throws Error where the first address lets nobody in */
  async begin(): Promise<void> {
    const first = this.#connect();
    await new Promise((resolve, reject) => {
      first.once('open', resolve);
      first.once('error', reject);
    });
    first.on('close', () => void this.#comeBack());
  }

  #connect(): WebSocket {
    const { urls, token, name } = this.#options;
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const url = urls[this.#attempts++ % urls.length]!;
    const socket = new WebSocket(url.replace('http', 'ws') + WEBSOCKET_PATH, SUBPROTOCOL, {
      headers,
      handshakeTimeout: PATIENCE,
    });
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      if (!isBinary) this.#hear(JSON.parse(String(data)) as ServerMessage);
    });
    socket.on('error', () => {});
    socket.on('open', () => {
      this.#send({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: name });
      for (const { feedback } of this.#unacknowledged.values())
        this.#send({ type: 'feedback', feedback });
      this.#send({ type: 'ask-queries', count: HELD });
    });
    return socket;
  }

  /** What was held goes to whoever asks first. */
  async #comeBack(): Promise<void> {
    this.#held.clear();
    const deadline = performance.now() + PATIENCE;
    while (!this.#isOver) {
      await sleep(AGAIN);
      const socket = this.#connect();
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.once('open', () => resolve(true));
        socket.once('close', () => resolve(false));
      });
      if (isOpen) socket.on('close', () => void this.#comeBack());
      if (isOpen) return;
      if (performance.now() > deadline) this.#isOver = true;
    }
    this.#onQuestion();
  }

  get held(): WireQuery[] {
    return [...this.#held.values()];
  }

  async answerAll(): Promise<void> {
    const { isWanted, random, truth, paceMs, wait = sleep } = this.#options;
    const character = CHARACTER[this.#options.character];
    while (isWanted() && !this.#isOver) {
      const [query] = this.#held.values();
      if (!query) {
        await this.#question();
        continue;
      }
      this.#send({ type: 'show-query', queryId: query.id });
      if (random.next() < character.leaves) return;
      const judged = await truth.judge(query.segments);
      const thought = thinkingTime(character, paceMs, random);
      await wait(thought);
      const choice = choose(character, judged, random);
      await this.#answer(query, choice, choice === judged.better, thought);
    }
  }

  close(): void {
    this.#isOver = true;
    this.#socket?.terminate();
  }

  async #answer(
    query: WireQuery,
    choice: 'a' | 'b',
    isRight: boolean,
    thought: number,
  ): Promise<void> {
    const { name, onAnswer } = this.#options;
    this.#held.delete(query.id);
    const { count } = this.#came;
    const sent = performance.now();
    const feedbackId = `w-${randomUUID()}`;
    const feedback = this.#feedback(query, feedbackId, choice, thought);
    const acknowledged = new Promise<boolean>((resolve) => {
      this.#unacknowledged.set(feedbackId, { feedback, resolve });
    });
    this.#send({ type: 'feedback', feedback });
    const isCounted = await Promise.race([acknowledged, sleep(PATIENCE, false, { ref: false })]);
    this.#unacknowledged.delete(feedbackId);
    const ackMs = performance.now() - sent;
    if (!isCounted) return;
    if (this.#came.count === count) await this.#question();
    const nextMs = this.#came.count > count ? this.#came.at - sent : undefined;
    onAnswer({ feedbackId, queryId: query.id, person: name, choice, isRight, ackMs, nextMs });
  }

  #feedback(query: WireQuery, id: string, choice: 'a' | 'b', thought: number): ClientFeedback {
    const [a, b] = query.segments as [WireQuery['segments'][0], WireQuery['segments'][0]];
    const answeredAt = Date.now();
    const responseMs = Math.round(thought);
    const times = { shownAt: answeredAt - responseMs, answeredAt, responseMs };
    const lease = query.lease === undefined ? {} : { lease: query.lease };
    const { runId } = query;
    const base = {
      id,
      runId,
      teacherId: this.#options.name,
      queryId: query.id,
      ...lease,
      ...times,
    };
    return { ...base, kind: 'preference', a, b, choice };
  }

  /** Another question, or the end of patience or connection. */
  async #question(): Promise<void> {
    const came = new Promise<void>((resolve) => {
      this.#onQuestion = resolve;
    });
    await Promise.race([
      came,
      sleep(this.#options.isWanted() ? 5000 : 0, undefined, { ref: false }),
    ]);
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'query':
        this.#held.set(message.query.id, message.query);
        this.#came = { at: performance.now(), count: this.#came.count + 1 };
        this.#onQuestion();
        return;
      case 'query-expired':
        this.#held.delete(message.queryId);
        return;
      case 'campaign':
        if (!message.campaign.isOpened) this.#open(message.campaign.textHash);
        return;
      case 'standing':
        this.#options.onStanding?.(message);
        this.#onQuestion(); // whether another answer is wanted may have changed
        return;
      case 'ack':
        this.#unacknowledged.get(message.feedbackId)?.resolve(true);
        return;
      case 'error':
        this.#options.onError(message.code);
        this.#unacknowledged.get(message.ref ?? '')?.resolve(false);
        return;
      default:
        return;
    }
  }

  /** Once they are opened there are questions. */
  #open(textHash: string): void {
    this.#send({ type: 'open-instructions', textHash });
    this.#send({ type: 'ask-queries', count: HELD });
  }

  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
