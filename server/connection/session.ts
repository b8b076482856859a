/** One connection: handshake, limits, parsing, answers. A bad message is refused alone. */
import type { WebSocket } from 'ws';
import type { Query } from '../../agent/contract.ts';
import { RunError, type RunHandle } from '../contract.ts';
import {
  CLOSE,
  type ClientMessage,
  type ControlMessage,
  clientMessageSchema,
  decodeInput,
  type ErrorCode,
  encodeClip,
  LIMITS,
  OP,
  opcode,
  PROTOCOL_VERSION,
  type ServerMessage,
} from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import { createOutbox } from './outbox.ts';
import { createRateLimit } from './rate-limit.ts';

export interface SessionOptions {
  readonly socket: WebSocket;
  readonly run: RunHandle;
  readonly sessionId: string;
  readonly serverVersion: string;
  readonly log: Log;
  readonly welcome: Omit<
    Extract<ServerMessage, { type: 'welcome' }>,
    'type' | 'serverTime' | 'backend'
  >;
}

export function startSession(options: SessionOptions): void {
  const { socket, run, log } = options;
  const messages = createRateLimit(LIMITS.messagesPerSecond);
  const inputs = createRateLimit(LIMITS.inputsPerSecond);
  const scenesSent = new Set<number>();
  let teacherId: string | undefined;
  let unsubscribe: (() => void) | undefined;
  const outbox = createOutbox(socket, log);
  const { send } = outbox;
  /** The live scene, while this page is too slow to be sent it. */
  let owed: { sceneId: number; seed: number } | undefined;

  function refuse(code: ErrorCode, message: string, ref?: string): void {
    send({ type: 'error', code, message, ...(ref === undefined ? {} : { ref }) });
  }

  /** Once per connection and scene; a page needs it before it can draw poses of it. */
  async function sendScene(sceneId: number, seed: number): Promise<number> {
    if (!scenesSent.has(sceneId)) {
      scenesSent.add(sceneId);
      const text = await run.sceneMessage(sceneId, seed).catch((error: Error) => {
        scenesSent.delete(sceneId); // asked for again with the next clip or episode of it
        throw error;
      });
      outbox.sendReady(text);
    }
    return sceneId;
  }

  function listen(): void {
    unsubscribe = run.subscribe({
      message: send,
      scene(sceneId, seed) {
        owed = { sceneId, seed };
        pay();
      },
      frame(buffer) {
        if (owed) pay();
        outbox.sendFrame(buffer);
      },
    });
  }

  /** Scenes are large: a slow page gets the one that is current once it has caught up. */
  function pay(): void {
    if (!owed || outbox.isSlow) return;
    const { sceneId, seed } = owed;
    owed = undefined;
    sendScene(sceneId, seed).catch((error) => log.error({ error: String(error) }, 'scene'));
  }

  async function hello(message: Extract<ClientMessage, { type: 'hello' }>): Promise<void> {
    if (message.protocol !== PROTOCOL_VERSION) {
      refuse(
        'protocol-mismatch',
        `hello.protocol: is ${message.protocol}, this server speaks ${PROTOCOL_VERSION}; reload the page`,
      );
      socket.close(CLOSE.protocolMismatch, 'protocol mismatch');
      return;
    }
    if (teacherId !== undefined) return;
    teacherId = message.teacherId;
    send({ type: 'welcome', ...options.welcome, backend: run.backend, serverTime: Date.now() });
    for (const alert of run.alerts) send(alert);
    if (run.state) await sendScene(run.state.sceneId, run.state.seed);
    send(run.status());
    for (const episode of run.recentEpisodes) send({ type: 'episode', episode });
    for (const query of run.queries) send(wireQuery(query));
    listen();
  }

  function control(message: ControlMessage, by: string): void {
    switch (message.action) {
      case 'play':
      case 'pause':
      case 'step':
        run.live({ type: message.action });
        return;
      case 'estop':
        run.emergencyStop(by);
        return;
      case 'reset':
        run.live({ type: 'reset', ...(message.seed === undefined ? {} : { seed: message.seed }) });
        return;
      case 'speed':
        run.live({ type: 'speed', factor: message.factor });
        return;
      case 'rewind':
        run.live({ type: 'rewind', seconds: message.seconds });
        return;
      case 'release-to':
        run.live({ type: 'release-to', target: message.target });
        return;
      case 'overlays':
        run.live({ type: 'overlays', viewer: options.sessionId, on: message.on });
        return;
    }
  }

  async function feedback(message: Extract<ClientMessage, { type: 'feedback' }>): Promise<void> {
    const receivedAt = Date.now();
    const { feedback: body } = message;
    try {
      const { duplicate } = await run.accept(body, receivedAt);
      send({ type: 'ack', feedbackId: body.id, duplicate, receivedAt });
    } catch (error) {
      if (error instanceof RunError) refuse(error.code, error.message, body.id);
      else throw error;
    }
  }

  async function clip(message: Extract<ClientMessage, { type: 'request-clip' }>): Promise<void> {
    const { segment, tag } = message;
    const episode = await run.episode(segment.episodeId);
    if (!episode || episode.poses.length === 0) {
      refuse(
        'unknown-episode',
        `request-clip.segment.episodeId: ${segment.episodeId} has no poses here`,
        String(tag),
      );
      return;
    }
    if (segment.to > episode.length) {
      refuse(
        'bad-message',
        `request-clip.segment.to: is ${segment.to}, allowed up to ${episode.length}`,
        String(tag),
      );
      return;
    }
    const sceneId = await sendScene(run.sceneIdOf(episode.seed), episode.seed);
    const width = episode.poses.length / (episode.length + 1);
    const rows = segment.to - segment.from + 1;
    const poses = episode.poses.slice(segment.from * width, (segment.to + 1) * width);
    // Row 0 is the state before the first step.
    const predictedRewards = new Float32Array(rows).fill(Number.NaN);
    predictedRewards.set((await run.predict(segment)) ?? [], 1);
    const dt = run.facts.controlDt;
    outbox.sendReady(encodeClip({ tag, dt, sceneId, rows, poses, predictedRewards }));
  }

  async function handle(message: ClientMessage): Promise<void> {
    if (message.type === 'hello') return hello(message);
    if (teacherId === undefined) {
      refuse('hello-missing', 'the first message must be hello');
      return;
    }
    switch (message.type) {
      case 'control':
        control(message, teacherId);
        return;
      case 'feedback':
        return feedback(message);
      case 'request-clip':
        return clip(message);
      case 'ask-queries':
        run.wantQueries(message.count);
        return;
      case 'show-query':
        run.showQuery(options.sessionId, message.queryId ?? undefined);
        return;
      case 'pass-query':
        run.passQuery(message.queryId);
        return;
      case 'request-history':
        send({ type: 'metrics', points: await run.history(message.since) });
        return;
      case 'ping':
        send({ type: 'pong', sentAt: message.sentAt, serverTime: Date.now() });
        return;
    }
  }

  /** Why a binary message cannot be taken, or undefined. */
  function refusal(bytes: ArrayBuffer): [ErrorCode, string] | undefined {
    if (!inputs.allow(Date.now())) {
      return ['too-frequent', `more than ${LIMITS.inputsPerSecond} inputs per second`];
    }
    const code = opcode(bytes);
    if (code !== OP.input) {
      return ['bad-message', `binary message with opcode ${code}, expected ${OP.input}`];
    }
    return teacherId === undefined
      ? ['hello-missing', 'the first message must be hello']
      : undefined;
  }

  function onInput(bytes: ArrayBuffer): void {
    const refused = refusal(bytes);
    if (refused || teacherId === undefined) {
      if (refused) refuse(...refused);
      return;
    }
    try {
      const input = decodeInput(bytes);
      if (input.activeAxes === 0 && run.holder !== teacherId) return;
      if (run.takeControl(teacherId)) run.live({ type: 'input', input });
      else refuse('control-taken', `${run.holder} is driving; wait until they let go`);
    } catch (error) {
      refuse('bad-message', (error as Error).message);
    }
  }

  function parse(text: string): ClientMessage | undefined {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      refuse('bad-json', 'the message is not JSON');
      return undefined;
    }
    const parsed = clientMessageSchema.safeParse(json);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    refuse('bad-message', `${issue.path.join('.') || 'message'}: ${issue.message}`, refOf(json));
    return undefined;
  }

  function onText(text: string): void {
    if (!messages.allow(Date.now())) {
      refuse('too-frequent', `more than ${LIMITS.messagesPerSecond} messages per second`);
      return;
    }
    const message = parse(text);
    if (!message) return;
    handle(message).catch((error: Error) => {
      log.error({ error }, 'a message failed');
      refuse('internal', error.message);
    });
  }

  socket.on('message', (data: Buffer, binary: boolean) => {
    if (data.length > LIMITS.messageBytes) {
      refuse('too-large', `${data.length} bytes, allowed ${LIMITS.messageBytes}`);
      return;
    }
    if (binary) onInput(new Uint8Array(data).buffer);
    else onText(data.toString());
  });
  socket.on('close', () => {
    unsubscribe?.();
    run.showQuery(options.sessionId, undefined);
    if (unsubscribe) run.live({ type: 'overlays', viewer: options.sessionId, on: false });
    if (teacherId !== undefined && run.holder === teacherId) run.live({ type: 'release' });
  });
  socket.on('error', (error) => log.warn({ error: error.message }, 'socket'));
}

function wireQuery(query: Query): ServerMessage {
  return { type: 'query', query: { ...query, segments: [...query.segments] } };
}

/** Id of a refused message, where it has one, so that the client knows what failed. */
function refOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { id, feedback } = json as { id?: unknown; feedback?: { id?: unknown } };
  const ref = feedback?.id ?? id;
  return typeof ref === 'string' ? ref : undefined;
}
