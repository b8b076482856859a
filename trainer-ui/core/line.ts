/** The socket to the server: opened again whenever it is lost or dead. */
import { CLOSE, SUBPROTOCOL, WEBSOCKET_PATH } from '../../server/protocol/index.ts';
import { type Refusal, SWALLOWED, whyRefused } from './admission.ts';
import { BEAT_EVERY, createHeartbeat } from './heartbeat.ts';

const RETRY_FIRST = 500;
const RETRY_MOST = 8000;

export interface LineEvents {
  onOpen(): void;
  onText(text: string): void;
  onBinary(buffer: ArrayBuffer): void;
  /** Another attempt follows in `retryMs`. */
  onLost(retryMs: number): void;
  /** The server does not let this page in, and why. Other settings may let it in: it goes on trying. */
  onRefused(why: Refusal): void;
  /** Page and server differ; there are no more attempts. */
  onMismatch(): void;
  /** Time to say something, so that the server answers. */
  onBeat(): void;
}

export interface Line {
  readonly isOpen: boolean;
  /** False when the line is not open. */
  send(data: string | ArrayBuffer): boolean;
  /** The server has taken this page in: the next loss is tried again soon. */
  settle(): void;
}

/** The part of `window` that is used. */
export interface LineWindow {
  readonly location: { readonly href: string; readonly origin: string };
  readonly document: {
    readonly hidden: boolean;
    addEventListener(type: string, listener: () => void): void;
  };
  readonly fetch: typeof fetch;
  addEventListener(type: string, listener: () => void): void;
  setTimeout(next: () => void, ms: number): number;
  clearTimeout(timer: number): void;
  setInterval(next: () => void, ms: number): unknown;
}

export function createLine(window: LineWindow, events: LineEvents): Line {
  const heartbeat = createHeartbeat();
  let socket: WebSocket | undefined;
  let isMismatched = false;
  let attempt = 0;
  /** Sockets in a row that did not open although the server would let them in. */
  let swallowed = 0;
  let retry = RETRY_FIRST;
  let timer = 0;

  function connect(): void {
    window.clearTimeout(timer);
    attempt++;
    let wasOpen = false;
    // Relative, so that a path of a proxy before it stays; `https` becomes `wss`.
    const url = new URL(WEBSOCKET_PATH.slice(1), window.location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    socket = new WebSocket(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      wasOpen = true;
      swallowed = 0;
      events.onOpen();
    };
    socket.onmessage = ({ data }: { readonly data: string | ArrayBuffer }) => {
      heartbeat.heard();
      if (typeof data === 'string') events.onText(data);
      else events.onBinary(data);
    };
    socket.onclose = ({ code }) => lose(wasOpen, code);
    heartbeat.start(Date.now());
  }

  function lose(wasOpen: boolean, code?: number): void {
    socket = undefined;
    if (code === CLOSE.protocolMismatch) {
      isMismatched = true;
      events.onMismatch();
      return;
    }
    const retryMs = retry;
    timer = window.setTimeout(connect, retryMs);
    retry = Math.min(RETRY_MOST, retry * 1.6);
    if (wasOpen) events.onLost(retryMs);
    else void explain(attempt, retryMs);
  }

  /** A socket that never opened was refused, or there was no server. */
  async function explain(failed: number, retryMs: number): Promise<void> {
    const why = await whyRefused(window.location, window.fetch.bind(window));
    if (failed !== attempt) return;
    swallowed = why === null ? swallowed + 1 : 0;
    // The first may have met a server that was just starting.
    if (swallowed > 1) events.onRefused({ message: SWALLOWED, asksToSignIn: false });
    else if (why) events.onRefused(why);
    else events.onLost(retryMs);
  }

  /** A dead socket stays half open for minutes: it is given up, not waited for. */
  function abandon(): void {
    if (!socket) return;
    const wasOpen = socket.readyState !== WebSocket.CONNECTING;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    lose(wasOpen);
  }

  function beat(): void {
    if (!socket) return;
    if (heartbeat.isDead(Date.now())) abandon();
    else events.onBeat();
  }

  /** The network or the page is back (from sleep, or the back/forward cache): no reason to wait. */
  function wake(): void {
    if (socket && socket.readyState > WebSocket.OPEN) abandon();
    if (!socket && !isMismatched) connect();
  }

  connect();
  window.setInterval(beat, BEAT_EVERY);
  window.addEventListener('online', wake);
  window.addEventListener('pageshow', wake);
  window.document.addEventListener('visibilitychange', () => {
    if (!window.document.hidden) wake();
  });
  return {
    get isOpen() {
      return socket?.readyState === WebSocket.OPEN;
    },
    send(data) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(data);
      return true;
    },
    settle() {
      retry = RETRY_FIRST;
    },
  };
}
