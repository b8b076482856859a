/**
 * The page's one object with a life: connection, frames, clips, answers. React components read its
 * store and call its methods.
 */
import {
  CLOSE,
  type ClientFeedback,
  type ClientMessage,
  type Clip,
  type ControlInput,
  decodeClip,
  decodeFrame,
  decodePath,
  encodeInput,
  OP,
  opcode,
  PROTOCOL_VERSION,
  type PredictedPath,
  type SceneDescription,
  type ServerMessage,
  SUBPROTOCOL,
  unpackScene,
  WEBSOCKET_PATH,
  type WireQuery,
} from '../../server/protocol/index.ts';
import type { RewardValue } from './bindings.ts';
import { createFrameBuffer, type FrameBuffer } from './frame-buffer.ts';
import { createOutbox } from './outbox.ts';
import { type AppStore, createAppStore, reduce } from './store.ts';

type Segment = WireQuery['segments'][number];
type Body = ClientFeedback extends infer F
  ? F extends ClientFeedback
    ? Omit<F, 'id' | 'runId' | 'teacherId' | 'shownAt' | 'answeredAt' | 'responseMs'>
    : never
  : never;

const RETRY_FIRST = 500;
const RETRY_MOST = 8000;
const PING_EVERY = 2000;
const SCENES_KEPT = 12;
const EPISODES_KEPT = 12;
/** How long a reward waits for the status that names its episode, ms. */
const PATIENCE = 5000;

export interface Client {
  readonly store: AppStore;
  readonly frames: FrameBuffer;
  readonly teacherId: string;
  scene(sceneId: number): SceneDescription | undefined;
  /** Where the live picture looks: angle of the view from the world's x, rad. */
  readonly view: { heading: number };
  /** The agent's predicted path, newest first seen. */
  readonly path: PredictedPath | undefined;
  send(message: ClientMessage): boolean;
  sendInput(input: ControlInput): void;
  control(action: 'play' | 'pause' | 'step' | 'estop'): void;
  /**
   * Reward the step on screen, which is not the server's newest: the status may already tell of the
   * next episode, or not yet of this one. False when nothing was driven that could be meant.
   */
  reward(value: RewardValue): boolean;
  /** Sends, and keeps until it is acknowledged. Returns the id. */
  give(body: Body, shownAt: number): string;
  clip(segment: Segment): Promise<Clip>;
  /** Forget a question that was answered here. */
  dropQuery(id: string): void;
  /** Which question is on screen from now on: it is kept open meanwhile. */
  showQuery(id: string | undefined): void;
  onError(listener: (message: string, code: string) => void): () => void;
}

export function createClient(window: Window): Client {
  const store = createAppStore();
  const frames = createFrameBuffer();
  const outbox = createOutbox(window.localStorage);
  const teacherId = stableId(window.localStorage);
  const scenes = new Map<number, SceneDescription>();
  const clips = new Map<number, { resolve(clip: Clip): void; reject(error: Error): void }>();
  /** Episode ids by number, of the latest statuses. */
  const episodeIds = new Map<number, string>();
  let unnamed: { episodeNumber: number; step: number; value: RewardValue; at: number }[] = [];
  const errorListeners = new Set<(message: string, code: string) => void>();
  let path: PredictedPath | undefined;
  let socket: WebSocket | undefined;
  let retry = RETRY_FIRST;
  let nextTag = 1;

  function connect(): void {
    const { location } = window;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${WEBSOCKET_PATH}`;
    socket = new WebSocket(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => send({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId });
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === 'string') onMessage(JSON.parse(event.data) as ServerMessage);
      else onBinary(event.data);
    };
    socket.onclose = (event) => lost(event.code);
  }

  function lost(code: number): void {
    for (const { reject } of clips.values()) reject(new Error('the connection was lost'));
    clips.clear();
    if (code === CLOSE.protocolMismatch) {
      store.setState({
        connection: 'refused',
        refusal: 'Page and server are of different versions. Reload the page.',
      });
      return;
    }
    store.setState({ connection: 'lost', driving: false, retryAt: Date.now() + retry });
    window.setTimeout(connect, retry);
    retry = Math.min(RETRY_MOST, retry * 1.6);
  }

  function onMessage(message: ServerMessage): void {
    store.setState((state) => reduce(state, message));
    switch (message.type) {
      case 'welcome':
        retry = RETRY_FIRST;
        frames.clear();
        scenes.clear();
        episodeIds.clear();
        giveUnnamed(0);
        path = undefined;
        send({ type: 'request-history', since: 0 });
        send({ type: 'ask-queries', count: 6 });
        sendShown();
        for (const feedback of outbox.all()) {
          // Answers to another run can no longer be given; they would be refused one by one.
          if (feedback.runId === message.runId) send({ type: 'feedback', feedback });
          else outbox.remove(feedback.id);
        }
        break;
      case 'scene':
        scenes.set(message.sceneId, unpackScene(message.scene));
        if (scenes.size > SCENES_KEPT) scenes.delete(scenes.keys().next().value!);
        break;
      case 'status':
        episodeIds.set(message.episodeNumber, message.episodeId);
        if (episodeIds.size > EPISODES_KEPT) episodeIds.delete(episodeIds.keys().next().value!);
        giveUnnamed();
        break;
      case 'ack':
        outbox.remove(message.feedbackId);
        break;
      case 'error':
        onRefusal(message);
        break;
      case 'pong':
        store.setState({ roundTripMs: Date.now() - message.sentAt });
        break;
      default:
        break;
    }
  }

  function onRefusal(message: Extract<ServerMessage, { type: 'error' }>): void {
    // A full disk may pass; anything else stays refused.
    if (message.ref && message.code !== 'storage-failed') outbox.remove(message.ref);
    const waiting = message.ref ? clips.get(Number(message.ref)) : undefined;
    if (waiting) {
      clips.delete(Number(message.ref));
      waiting.reject(new Error(message.message));
      return;
    }
    for (const listener of errorListeners) listener(message.message, message.code);
  }

  function onBinary(buffer: ArrayBuffer): void {
    switch (opcode(buffer)) {
      case OP.frame:
        frames.push(decodeFrame(buffer), Date.now());
        break;
      case OP.path:
        path = decodePath(buffer);
        break;
      case OP.clip: {
        const clip = decodeClip(buffer);
        clips.get(clip.tag)?.resolve(clip);
        clips.delete(clip.tag);
        break;
      }
      default:
        break;
    }
  }

  function give(body: Body, shownAt: number): string {
    const answeredAt = Date.now();
    const id = newId();
    const runId = store.getState().welcome?.runId ?? '';
    const times = { shownAt, answeredAt, responseMs: Math.max(0, answeredAt - shownAt) };
    const feedback = { ...body, id, runId, teacherId, ...times } as ClientFeedback;
    outbox.add(feedback);
    send({ type: 'feedback', feedback });
    store.setState((s) => ({ sent: s.sent + 1 }));
    return id;
  }

  /** Rewards for an episode whose id came after its first frames. */
  function giveUnnamed(patience = PATIENCE): void {
    const before = unnamed.length;
    let given = 0;
    unnamed = unnamed.filter(({ episodeNumber, step, value, at }) => {
      const episodeId = episodeIds.get(episodeNumber);
      if (!episodeId) return Date.now() - at < patience;
      give({ kind: 'reward', episodeId, step, value }, at);
      given++;
      return false;
    });
    if (unnamed.length + given === before) return;
    const text = 'A reward was about an episode that the server never named: give it again.';
    for (const listener of errorListeners) listener(text, 'unplaced-reward');
  }

  function sendShown(): void {
    send({ type: 'show-query', queryId: store.getState().shownQuery ?? null });
  }

  function send(message: ClientMessage): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  connect();
  window.setInterval(() => {
    const { roundTripMs } = store.getState();
    send({
      type: 'ping',
      sentAt: Date.now(),
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
    });
  }, PING_EVERY);

  return {
    store,
    frames,
    teacherId,
    view: { heading: 0 },
    scene: (id) => scenes.get(id),
    get path() {
      return path;
    },
    send,
    sendInput(input) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(encodeInput(input));
    },
    control: (action) => void send({ type: 'control', id: newId(), action }),
    give,
    reward(value) {
      const { driven } = frames;
      if (!driven) return false;
      const { episodeNumber, step } = driven;
      unnamed.push({ episodeNumber, step, value, at: Date.now() });
      giveUnnamed();
      store.setState({ lastReward: { value, at: Date.now() } });
      return true;
    },
    clip(segment) {
      const tag = nextTag++;
      return new Promise((resolve, reject) => {
        clips.set(tag, { resolve, reject });
        if (!send({ type: 'request-clip', tag, segment })) reject(new Error('not connected'));
      });
    },
    dropQuery: (id) => store.setState((s) => ({ queries: s.queries.filter((q) => q.id !== id) })),
    showQuery(id) {
      if (store.getState().shownQuery === id) return;
      store.setState({ shownQuery: id });
      sendShown();
    },
    onError(listener) {
      errorListeners.add(listener);
      return () => errorListeners.delete(listener);
    },
  };
}

/** `crypto.randomUUID` needs a secure context; a page over plain HTTP on a LAN has none. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

function stableId(storage: Storage): string {
  const known = storage.getItem('reins-teacher');
  if (known) return known;
  const fresh = `t-${newId().slice(0, 10)}`;
  storage.setItem('reins-teacher', fresh);
  return fresh;
}
