/**
 * The page's one object with a life cycle: connection, frames, clips, answers. React components read its
 * store and call its methods.
 */
import {
  type ClientFeedback,
  type ClientMessage,
  type Clip,
  type ControlInput,
  decodeClip,
  type ErrorCode,
  encodeInput,
  OP,
  opcode,
  PROTOCOL_VERSION,
  type ServerMessage,
  type WireQuery,
} from '../../server/protocol/index.ts';
import type { AnswerStore } from './answer-store.ts';
import type { EpisodeSource } from './episode-source.ts';
import { createHands, type Hands } from './hands.ts';
import { createIdentity } from './identity.ts';
import { openIndexedAnswers } from './indexed-answers.ts';
import { type KeyStore, openKeyStore, trySet } from './key-store.ts';
import { createLine, type Line } from './line.ts';
import { createLives, type Lives } from './lives.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { FORCES, REST, remembered } from './remembered.ts';
import { servedEpisodes } from './served-episodes.ts';
import { type AppStore, createAppStore, reduce, takesPart } from './store.ts';

type Segment = WireQuery['segments'][number];
type Body = ClientFeedback extends infer F
  ? F extends ClientFeedback
    ? Omit<F, 'id' | 'runId' | 'teacherId' | 'shownAt' | 'answeredAt' | 'responseMs'>
    : never
  : never;

/** ms between looks at answers that wait. */
const SEND_EVERY = 200;
/** Temporary refusals: the answer waits and is sent again. Any other refusal is final. */
const PASSING: readonly ErrorCode[] = [
  'storage-failed',
  'other-run',
  'too-frequent',
  'consent-needed',
  'internal',
];
/** Per live simulation. */
const EPISODES_KEPT = 12;
/** How long a reward waits for the status that names its episode, ms. */
const PATIENCE = 5000;

export interface Client extends Lives, Hands {
  readonly store: AppStore;
  /** Who is at this page: the account that is signed in, else a name that this browser was given. */
  readonly teacherId: string;
  readonly episodes: EpisodeSource;
  /** No server stands behind it: what is shown was recorded, and nobody can answer. */
  readonly isRecorded: boolean;
  /** Where the live picture looks: angle of the view from the world's x, rad. */
  readonly view: { heading: number };
  send(message: ClientMessage): boolean;
  sendInput(input: ControlInput): void;
  control(action: 'play' | 'pause' | 'step' | 'estop'): void;
  /**
   * Reward the step on screen, which is not the server's newest: the status may already tell of the
   * next episode, or not yet of this one. `value` in [-1, 1]. False when nothing was driven that could be meant.
   */
  reward(value: number): boolean;
  /** Sends, and keeps until it is acknowledged. Returns the id. */
  give(body: Body, shownAt: number): string;
  /** The goal of this environment is known here from now on. */
  closeGoalNote(): void;
  /** Whether to; remembered in this browser. */
  remindOfRest(isOn: boolean): void;
  /** Whether what the agent touches or senses is drawn; remembered in this browser. */
  showForces(isOn: boolean): void;
  /** Give up the answers to runs that are not served now. */
  forgetOthers(): void;
  clip(segment: Segment): Promise<Clip>;
  /** Forget a query that was answered here. */
  dropQuery(id: string): void;
  /** How many queries the person wants to have at hand; 0: they answer none now. */
  wantQueries(count: number): void;
  /** The person has opened the campaign's instructions of that hash. */
  openInstructions(textHash: string): void;
  /** Which query is on screen from now on: it is kept open meanwhile. */
  showQuery(id: string | undefined): void;
  onError(listener: (message: string, code: string) => void): () => void;
}

/** Without a line nobody holds the controls. */
const NOT_DRIVING = { driving: false, latched: false } as const;

const served = { episodes: servedEpisodes, isRecorded: false } as const;

export function createClient(window: Window & typeof globalThis): Client {
  const store = createAppStore();
  const storage = openKeyStore(window);
  const disk = openIndexedAnswers(window);
  const outbox = createOutbox({ answers: disk, old: storage });
  const identity = createIdentity(stableId(storage), store);
  const clips = new Map<number, { resolve(clip: Clip): void; reject(error: Error): void }>();
  /** Episode ids by `episodeKey`, of the latest statuses. */
  const episodeIds = new Map<string, string>();
  let unnamed: { key: string; step: number; value: number; at: number }[] = [];
  const errorListeners = new Set<(message: string, code: string) => void>();
  const lives = createLives(store, (message) => void send(message));
  store.setState(remembered(storage));
  let nextTag = 1;
  let wanted = 0;

  const line: Line = createLine(window, {
    onOpen: () =>
      void send({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: identity.browser }),
    onText: (text) => onMessage(JSON.parse(text) as ServerMessage),
    onBinary,
    onBeat() {
      const { roundTripMs } = store.getState();
      const measured = roundTripMs === undefined ? {} : { roundTripMs };
      send({ type: 'ping', sentAt: Date.now(), ...measured });
    },
    onLost(retryMs) {
      dropClips();
      store.setState({ connection: 'lost', ...NOT_DRIVING, retryAt: Date.now() + retryMs });
    },
    onRefused({ message: refusal, asksToSignIn }) {
      dropClips();
      store.setState({ connection: 'refused', ...NOT_DRIVING, refusal, asksToSignIn });
    },
    onMismatch() {
      dropClips();
      const refusal = 'Page and server are of different versions. Reload the page.';
      store.setState({ connection: 'refused', refusal, asksToSignIn: false });
    },
  });

  function dropClips(): void {
    for (const { reject } of clips.values()) reject(new Error('the connection was lost'));
    clips.clear();
  }

  function onMessage(message: ServerMessage): void {
    store.setState((state) => reduce(state, message));
    switch (message.type) {
      case 'welcome':
        line.settle();
        store.setState({ goalNote: storage.getItem(goalKey()) === null });
        episodeIds.clear();
        giveUnnamed(0);
        lives.restart();
        send({ type: 'request-history', since: 0 });
        takePart();
        break;
      case 'agreed':
        takePart();
        break;
      case 'scene':
        lives.onScene(message);
        break;
      case 'status':
        episodeIds.set(episodeKey(message), message.episodeId);
        if (episodeIds.size > EPISODES_KEPT * store.getState().statuses.length)
          episodeIds.delete(episodeIds.keys().next().value!);
        giveUnnamed();
        break;
      case 'ack':
        outbox.remove(message.feedbackId);
        noteOutbox();
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
    if (message.ref && !PASSING.includes(message.code)) outbox.remove(message.ref);
    noteOutbox();
    // The page itself says so for as long as it is true.
    if (message.code === 'let-go-first' || message.code === 'consent-needed') return;
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
        lives.onFrame(buffer);
        break;
      case OP.path:
        lives.onPath(buffer);
        break;
      case OP.rays:
        lives.onRays(buffer);
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
    const { runId } = identity.addressee;
    const teacherId = identity.person;
    const times = { shownAt, answeredAt, responseMs: Math.max(0, answeredAt - shownAt) };
    const feedback = { ...body, id, runId, teacherId, ...times } as ClientFeedback;
    outbox.add(feedback, answeredAt);
    sendAnswers();
    store.setState((s) => ({ sent: s.sent + 1 }));
    return id;
  }

  /** From now on what this person gives is taken: what they want and what waits is sent. */
  function takePart(): void {
    sendWanted();
    sendShown();
    void outbox.restart(Date.now()).then(sendAnswers);
    sendAnswers();
  }

  /** Answers to a run that is not served now stay where they are. */
  function sendAnswers(): void {
    const { welcome, connection } = store.getState();
    if (welcome && takesPart(store.getState()) && connection === 'open' && line.isOpen)
      for (const feedback of outbox.take(identity.addressee, Date.now()))
        send({ type: 'feedback', feedback });
    noteOutbox();
  }

  function noteOutbox(): void {
    const { welcome, answers } = store.getState();
    const { runs, people } = welcome ? outbox.others(identity.addressee) : { runs: 0, people: 0 };
    const waiting = outbox.size - runs - people;
    const isKept = outbox.isKept(Date.now());
    const { isWithheld } = disk;
    const next = { waiting, others: runs, ofOthers: people, isKept, isWithheld };
    const names = Object.keys(next) as (keyof typeof next)[];
    const isSame = names.every((name) => next[name] === answers[name]);
    if (!isSame) store.setState({ answers: next });
  }

  /** Rewards for an episode whose id came after its first frames. */
  function giveUnnamed(patience = PATIENCE): void {
    const waiting = unnamed;
    // The list is emptied before any reward is given, so that no redraw from the store gives one twice.
    unnamed = waiting.filter((r) => !episodeIds.has(r.key) && Date.now() - r.at < patience);
    const named = waiting.filter((r) => episodeIds.has(r.key));
    for (const { key, step, value, at } of named) {
      const episodeId = episodeIds.get(key);
      if (episodeId) give({ kind: 'reward', episodeId, step, value }, at);
    }
    if (unnamed.length + named.length === waiting.length) return;
    const text = 'A reward was about an episode that the server never named: give it again.';
    for (const listener of errorListeners) listener(text, 'unplaced-reward');
  }

  function sendWanted(): void {
    if (wanted > 0 && takesPart(store.getState())) send({ type: 'ask-queries', count: wanted });
  }

  /** Per environment: a person may know one and not another. */
  function goalKey(): string {
    return `reins-goal-${store.getState().welcome?.environment.id}`;
  }

  function sendShown(): void {
    if (takesPart(store.getState()))
      send({ type: 'show-query', queryId: store.getState().shownQuery ?? null });
  }

  function send(message: ClientMessage): boolean {
    return line.send(JSON.stringify(message));
  }

  window.setInterval(sendAnswers, SEND_EVERY);
  watchTabs(outbox, disk, window);

  const own: Omit<Client, keyof Lives> = {
    store,
    ...served,
    ...createHands(window, storage, store),
    teacherId: identity.person,
    view: { heading: 0 },
    send,
    sendInput: (input) => void line.send(encodeInput(input)),
    control: (action) => void send({ type: 'control', id: newId(), action }),
    give,
    reward(value) {
      const { driven } = lives.frames;
      if (!driven) return false;
      unnamed.push({ key: episodeKey(driven), step: driven.step, value, at: Date.now() });
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
    closeGoalNote() {
      if (!store.getState().goalNote) return;
      trySet(storage, goalKey(), 'seen');
      store.setState({ goalNote: false });
    },
    remindOfRest(isOn) {
      trySet(storage, REST, isOn ? 'on' : 'off');
      store.setState({ rest: { isOn, notBefore: 0 } });
    },
    showForces(isOn) {
      trySet(storage, FORCES, isOn ? 'on' : 'off');
      store.setState({ forces: isOn });
    },
    forgetOthers() {
      outbox.forgetRuns(identity.addressee);
      noteOutbox();
    },
    dropQuery: (id) => store.setState((s) => ({ queries: s.queries.filter((q) => q.id !== id) })),
    wantQueries(count) {
      wanted = count;
      if (takesPart(store.getState())) send({ type: 'ask-queries', count });
    },
    openInstructions(textHash) {
      send({ type: 'open-instructions', textHash });
      sendWanted(); // now there are some
    },
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
  // Assigned, it would stay who they are now.
  const get = () => identity.person;
  return Object.defineProperty(Object.assign(lives, own), 'teacherId', { get });
}

/** What other tabs do, and the end of this one. */
function watchTabs(outbox: Outbox, disk: AnswerStore, window: Window): void {
  window.addEventListener('pagehide', () => outbox.onHide());
  disk.onOtherTab((event) => outbox.onOtherTab(event, Date.now()));
  void outbox.restart(Date.now());
}

/** Each live simulation counts its episodes by itself. */
const episodeKey = ({
  live = 0,
  episodeNumber,
}: {
  live?: number | undefined;
  episodeNumber: number;
}) => `${live}/${episodeNumber}`;

/** `crypto.randomUUID` needs a secure context; a page over plain HTTP on a LAN has none. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

function stableId(storage: KeyStore): string {
  const known = storage.getItem('reins-teacher');
  if (known) return known;
  const fresh = `t-${newId().slice(0, 10)}`;
  trySet(storage, 'reins-teacher', fresh);
  return fresh;
}
