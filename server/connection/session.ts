/** One connection: handshake, limits, answers. A bad message is refused alone. */
import type { WebSocket } from 'ws';
import { RunError, type RunHandle } from '../contract.ts';
import { type Consents, takesPart } from '../people/consents.ts';
import type { Person } from '../people/people.ts';
import { permissionOf } from '../people/roles.ts';
import {
  CLOSE,
  type ClientMessage,
  type ControlInput,
  decodeInput,
  LIMITS,
  OP,
  opcode,
  PROTOCOL_VERSION,
  type ServerMessage,
} from '../protocol/index.ts';
import type { Budget } from './budget.ts';
import { clipOf } from './clip.ts';
import type { ConnectionLog } from './counted-log.ts';
import { LargeReplies, type Turns } from './large-replies.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { parseMessage, refOf } from './parse.ts';
import { expectAgreed, expectMay } from './permission.ts';
import { isUrgent, letsGo, looksUrgent } from './precedence.ts';
import { createRateLimit } from './rate-limit.ts';
import { Refusal } from './refusal.ts';
import { SceneSender } from './scene-sender.ts';
import { Seat } from './seat.ts';
import type { Kept } from './upkeep.ts';

export interface SessionOptions {
  readonly socket: WebSocket;
  readonly run: RunHandle;
  readonly sessionId: string;
  /** Who is signed in on the connection. */
  readonly person: Person;
  /** A person as others are told. */
  readonly nameOf: (teacherId: string) => string;
  /** Of the study that the server takes part in. */
  readonly consents?: Consents | undefined;
  readonly log: ConnectionLog;
  /** Of all pages together. */
  readonly budget: Budget;
  readonly turns: Turns;
  readonly welcome: Omit<
    Extract<ServerMessage, { type: 'welcome' }>,
    'type' | 'serverTime' | 'backend' | 'person' | 'study'
  >;
}

type State =
  | { readonly kind: 'awaiting-hello' }
  /** Being told how things stand; already answered. */
  | { readonly kind: 'welcomed'; readonly teacherId: string }
  /** Hears everything that the run tells. */
  | { readonly kind: 'listening'; readonly teacherId: string; readonly unsubscribe: () => void }
  | { readonly kind: 'closed' };

type Message<Type extends ClientMessage['type']> = Extract<ClientMessage, { type: Type }>;

/** What goes wrong in a listener ends this connection alone. */
export function startSession(options: SessionOptions): Kept {
  const { socket, log } = options;
  socket.on('error', (error) => log.warn({ error: error.message }, 'a socket failed'));
  const session = new Session(options);
  const guarded =
    <Arguments extends unknown[]>(listener: (...values: Arguments) => void) =>
    (...values: Arguments) => {
      try {
        listener(...values);
      } catch (error) {
        log.error({ error: String(error) }, 'a session failed');
        socket.terminate();
      }
    };
  const receive = (data: Buffer, binary: boolean) => session.receive(data, binary);
  socket.on('message', guarded(receive));
  socket.on(
    'close',
    guarded(() => session.close()),
  );
  return session;
}

class Session implements Kept {
  readonly #options: SessionOptions;
  readonly #run: RunHandle;
  readonly #outbox: Outbox;
  readonly #scenes: SceneSender;
  readonly #large: LargeReplies;
  readonly #messages = createRateLimit(LIMITS.messagesPerSecond);
  readonly #inputs = createRateLimit(LIMITS.inputsPerSecond);
  readonly #seat: Seat;
  #state: State = { kind: 'awaiting-hello' };

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#run = options.run;
    const { socket, log, budget, turns } = options;
    const onRoom = () => {
      this.#scenes.catchUp();
      this.#large.catchUp();
    };
    this.#outbox = createOutbox({ socket, log, budget, onRoom });
    this.#scenes = new SceneSender(options.run, this.#outbox, log);
    this.#large = new LargeReplies(this.#outbox, turns);
    this.#seat = new Seat({ ...options, outbox: this.#outbox, scenes: this.#scenes });
    budget.add(socket);
  }

  receive(data: Buffer, binary: boolean): void {
    this.#handle(data, binary)
      .catch((error: Error) => this.#refuse(error))
      .catch((error) => this.#options.log.error({ error: String(error) }, 'a refusal failed'));
  }

  get isAwaitingHello(): boolean {
    return this.#state.kind === 'awaiting-hello';
  }

  get backlog(): number {
    return this.#options.socket.bufferedAmount;
  }

  get delivered(): number {
    return this.#outbox.delivered;
  }

  ping(): void {
    const { socket } = this.#options;
    if (socket.readyState === socket.OPEN) socket.ping();
  }

  dismiss(): void {
    this.#options.log.warn({}, 'a page that said no hello was dismissed');
    this.#options.socket.close(CLOSE.helloMissing, 'no hello');
  }

  giveUp(): void {
    this.#options.log.warn({}, 'a page that no longer answers was given up');
    this.#options.socket.terminate();
  }

  close(): void {
    const { sessionId } = this.#options;
    const state = this.#state;
    this.#state = { kind: 'closed' };
    this.#options.budget.remove(this.#options.socket);
    this.#large.clear();
    this.#run.leaveQueries(sessionId);
    if (state.kind === 'listening') state.unsubscribe();
    this.#seat.leave();
  }

  async #handle(data: Buffer, binary: boolean): Promise<void> {
    if (data.length > LIMITS.messageBytes)
      throw new Refusal('too-large', `${data.length} bytes, allowed ${LIMITS.messageBytes}`);
    if (binary) this.#input(new Uint8Array(data).buffer);
    else await this.#text(data.toString());
  }

  #refuse(error: Error): void {
    const refusal = error instanceof Refusal ? error : new Refusal('internal', error.message);
    if (refusal !== error) this.#options.log.error({ error }, 'a message failed');
    const { code, message, ref } = refusal;
    this.#outbox.send({ type: 'error', code, message, ...(ref === undefined ? {} : { ref }) });
  }

  /** @throws Refusal before the page has said hello. */
  #teacher(): string {
    if ('teacherId' in this.#state) return this.#state.teacherId;
    throw new Refusal('hello-missing', 'the first message must be hello');
  }

  // ------------------------------------------------------------------ control inputs

  #input(bytes: ArrayBuffer): void {
    if (!this.#inputs.allow(Date.now()) && !letsGo(bytes))
      throw new Refusal('too-frequent', `more than ${LIMITS.inputsPerSecond} inputs per second`);
    const code = opcode(bytes);
    if (code !== OP.input)
      throw new Refusal('bad-message', `binary message with opcode ${code}, expected ${OP.input}`);
    const teacherId = this.#teacher();
    if (!letsGo(bytes)) {
      expectMay(this.#options, 'message input');
      expectAgreed(this.#options, teacherId);
    }
    this.#seat.drive(decode(bytes), { sessionId: this.#options.sessionId, teacherId });
  }

  // ------------------------------------------------------------------ messages

  async #text(text: string): Promise<void> {
    const isAllowed = this.#messages.allow(Date.now());
    const message = isAllowed || looksUrgent(text) ? parseMessage(text) : undefined;
    if (!message || !(isAllowed || isUrgent(message)))
      throw new Refusal(
        'too-frequent',
        `more than ${LIMITS.messagesPerSecond} messages per second`,
      );
    expectMay(this.#options, permissionOf(message), refOf(message));
    if (message.type === 'hello') return this.#hello(message);
    const teacherId = this.#teacher();
    if (takesPart(message)) expectAgreed(this.#options, teacherId, refOf(message));
    switch (message.type) {
      case 'agree':
        return this.#agree(message, teacherId);
      case 'control':
        return this.#control(message, teacherId);
      case 'look':
        this.#seat.look(message);
        return;
      case 'feedback':
        return this.#feedback({ ...message.feedback, teacherId }); // whatever name it bears
      case 'request-clip':
        return this.#large.add(() => this.#clip(message), String(message.tag));
      case 'ask-queries':
        this.#run.askQueries({
          viewer: this.#options.sessionId,
          teacherId,
          count: message.count,
          message: this.#outbox.send,
        });
        return;
      case 'open-instructions':
        return this.#opened(message, teacherId);
      case 'show-query':
        this.#run.showQuery(this.#options.sessionId, teacherId, message.queryId ?? undefined);
        return;
      case 'pass-query':
        this.#run.passQuery(teacherId, message.queryId);
        return;
      case 'request-history':
        return this.#large.add(() => this.#history(message));
      case 'ping':
        this.#outbox.send({ type: 'pong', sentAt: message.sentAt, serverTime: Date.now() });
        return;
    }
  }

  async #hello({ protocol, teacherId: said }: Message<'hello'>): Promise<void> {
    if (protocol !== PROTOCOL_VERSION) {
      this.#refuse(
        new Refusal(
          'protocol-mismatch',
          `hello.protocol: is ${protocol}, this server speaks ${PROTOCOL_VERSION}; reload the page`,
        ),
      );
      this.#options.socket.close(CLOSE.protocolMismatch, 'protocol mismatch');
      return;
    }
    if (this.#state.kind !== 'awaiting-hello') return;
    // Whoever is signed in is that person, whatever the page says.
    const teacherId = this.#options.person.id ?? said;
    const welcomed: State = { kind: 'welcomed', teacherId };
    this.#state = welcomed;
    await this.#welcome(teacherId);
    // The page may have gone meanwhile.
    if (this.#state !== welcomed) return;
    this.#state = { kind: 'listening', teacherId, unsubscribe: this.#run.subscribe(this.#seat) };
    this.#seat.showPicture();
  }

  /** How things stand. */
  async #welcome(teacherId: string): Promise<void> {
    const { welcome, person, consents } = this.#options;
    const run = this.#run;
    const { send } = this.#outbox;
    const study = consents && (await consents.greet(teacherId));
    if (this.#state.kind === 'closed') return;
    send({
      type: 'welcome',
      ...welcome,
      person: personOnWire(person),
      backend: run.backend,
      serverTime: Date.now(),
      ...(study ? { study } : {}),
    });
    for (const alert of run.alerts) send(alert);
    const { live } = this.#seat;
    const state = run.lives[live]?.state;
    if (state) await this.#scenes.send(state.sceneId, state.seed);
    this.#seat.message(run.status(live));
    for (const episode of run.recentEpisodes) send({ type: 'episode', episode });
  }

  async #agree({ consent }: Message<'agree'>, teacherId: string): Promise<void> {
    if (!(await this.#options.consents?.agree(teacherId, consent, Date.now())))
      throw new Refusal(
        'bad-message',
        'agree.consent: is not of the present text; reload the page',
      );
    this.#outbox.send({ type: 'agreed', consent });
  }

  async #opened({ textHash }: Message<'open-instructions'>, teacherId: string): Promise<void> {
    if (!(await this.#run.openInstructions(teacherId, textHash)))
      throw new Refusal(
        'bad-message',
        'open-instructions.textHash: is not of the present ones; ask for queries to be told them',
      );
  }

  async #control(message: Message<'control'>, teacherId: string): Promise<void> {
    try {
      await this.#seat.control(message, teacherId);
    } catch (error) {
      throw error instanceof RunError ? new Refusal(error.code, error.message, message.id) : error;
    }
  }

  async #feedback(feedback: Message<'feedback'>['feedback']): Promise<void> {
    const receivedAt = Date.now();
    try {
      const { duplicate } = await this.#run.accept(feedback, receivedAt);
      this.#outbox.send({ type: 'ack', feedbackId: feedback.id, duplicate, receivedAt });
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      throw new Refusal(error.code, error.message, feedback.id);
    }
  }

  async #clip({ segment, tag }: Message<'request-clip'>): Promise<void> {
    const { sceneId, seed, bytes } = await clipOf(this.#run, segment, tag);
    await this.#scenes.send(sceneId, seed);
    this.#outbox.sendReady(bytes);
  }

  async #history({ since }: Message<'request-history'>): Promise<void> {
    const points = await this.#run.history(since);
    this.#outbox.sendReady(JSON.stringify({ type: 'metrics', points } satisfies ServerMessage));
  }
}

function personOnWire({ id, name, role }: Person) {
  return { id: id ?? null, name: name ?? null, role };
}

/** @throws Refusal */
function decode(bytes: ArrayBuffer): ControlInput {
  try {
    return decodeInput(bytes);
  } catch (error) {
    throw new Refusal('bad-message', (error as Error).message);
  }
}
