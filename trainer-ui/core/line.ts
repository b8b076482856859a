/** The socket to the server: opened again whenever it is lost or dead. */
import { CLOSE, SUBPROTOCOL, WEBSOCKET_PATH } from '../../server/protocol/index.ts';
import { BEAT_EVERY, createHeartbeat } from './heartbeat.ts';

const RETRY_FIRST = 500;
const RETRY_MOST = 8000;

export interface LineEvents {
  onOpen(): void;
  onText(text: string): void;
  onBinary(buffer: ArrayBuffer): void;
  /** Another attempt follows in `retryMs`. */
  onLost(retryMs: number): void;
  /** The server will not have this page; there are no more attempts. */
  onRefused(): void;
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

export function createLine(window: Window, events: LineEvents): Line {
  const heartbeat = createHeartbeat();
  let socket: WebSocket | undefined;
  let isRefused = false;
  let retry = RETRY_FIRST;
  let timer = 0;

  function connect(): void {
    window.clearTimeout(timer);
    const { protocol, host } = window.location;
    const url = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${WEBSOCKET_PATH}`;
    socket = new WebSocket(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => events.onOpen();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      heartbeat.heard();
      if (typeof data === 'string') events.onText(data);
      else events.onBinary(data);
    };
    socket.onclose = ({ code }) => lose(code);
    heartbeat.start(Date.now());
  }

  function lose(code?: number): void {
    socket = undefined;
    if (code === CLOSE.protocolMismatch) {
      isRefused = true;
      events.onRefused();
      return;
    }
    events.onLost(retry);
    timer = window.setTimeout(connect, retry);
    retry = Math.min(RETRY_MOST, retry * 1.6);
  }

  /** A dead socket stays half open for minutes: it is given up, not waited for. */
  function abandon(): void {
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    lose();
  }

  function beat(): void {
    if (!socket) return;
    if (heartbeat.isDead(Date.now())) abandon();
    else events.onBeat();
  }

  /** The network or the page is back (from sleep, or the back/forward cache): no reason to wait. */
  function wake(): void {
    if (socket && socket.readyState > WebSocket.OPEN) abandon();
    if (!socket && !isRefused) connect();
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
