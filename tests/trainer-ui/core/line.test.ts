/** The page's socket with a browser made of what it uses; time passes when a test says so. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CLOSE } from '../../../server/protocol/index.ts';
import { createLine } from '../../../trainer-ui/core/line.ts';

class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  close() {}
  readonly url: string;
  constructor(url: string | URL) {
    this.url = String(url);
    FakeSocket.all.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  end(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
});
afterEach(() => vi.unstubAllGlobals());

/** A page at `href`; the server answers the question why by `message`, or not at all. */
function openLine(href: string, message?: string | null) {
  const told: string[] = [];
  let retry = () => {};
  const listeners = new Map<string, () => void>();
  const addEventListener = (type: string, listener: () => void) =>
    void listeners.set(type, listener);
  const window = {
    location: new URL(href),
    document: { hidden: false, addEventListener },
    addEventListener,
    clearTimeout() {},
    setInterval() {},
    setTimeout(next: () => void) {
      retry = next;
    },
    fetch: async () => {
      if (message === undefined) throw new TypeError('nobody there');
      return Response.json({ message });
    },
  };
  createLine(window as never, {
    onOpen: () => void told.push('open'),
    onText() {},
    onBinary() {},
    onLost: () => void told.push('lost'),
    onRefused: ({ message }) => void told.push(`refused: ${message}`),
    onMismatch: () => void told.push('mismatch'),
    onBeat() {},
  });
  const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return {
    told,
    retry: () => retry(),
    settled,
    socket: () => FakeSocket.all.at(-1)!,
    /** An event of the window or the document. */
    dispatch: (type: string) => listeners.get(type)!(),
  };
}

it('[SRV-27] the socket is below the path of the page, and encrypted where the page is', () => {
  const urlOf = (href: string) => openLine(href).socket().url;
  expect(urlOf('http://localhost:8080/?graphics=simple')).toBe('ws://localhost:8080/ws');
  expect(urlOf('https://lab.example.org/user/me/proxy/80/')).toBe(
    'wss://lab.example.org/user/me/proxy/80/ws',
  );
});

it('[UI-12] a socket that never opened was refused where the server says why; it is tried again', async () => {
  const line = openLine('http://localhost:8080/', 'not from there');
  line.socket().end();
  await line.settled();
  expect(line.told).toEqual(['refused: not from there']);
  line.retry();
  line.socket().open();
  expect(line.told).toEqual(['refused: not from there', 'open']);
  expect(FakeSocket.all).toHaveLength(2);
});

it('[UI-12] a line that was open, and a server that is away, are lost lines', async () => {
  const open = openLine('http://localhost:8080/', 'not asked');
  open.socket().open();
  open.socket().end();
  const away = openLine('http://localhost:8080/');
  away.socket().end();
  await away.settled();
  expect([open.told, away.told]).toEqual([['open', 'lost'], ['lost']]);
});

it('[UI-13] where the server would let the page in and no socket opens, a proxy that swallows them is named', async () => {
  const line = openLine('http://localhost:8080/', null);
  for (let i = 0; i < 2; i++) {
    if (i > 0) line.retry();
    line.socket().end();
    await line.settled();
  }
  expect(line.told).toEqual(['lost', expect.stringMatching(/^refused: .*proxy.*WebSockets/)]);
  line.retry();
  line.socket().open();
  line.socket().end();
  line.retry();
  line.socket().end();
  await line.settled();
  expect(line.told.slice(2)).toEqual(['open', 'lost', 'lost']);
});

it('[UI-12] what was the reason before another attempt is not said after it', async () => {
  const line = openLine('http://localhost:8080/', 'not from there');
  line.socket().end();
  line.retry();
  line.socket().open();
  await line.settled();
  expect(line.told).toEqual(['open']);
});

it('[UI-12] other versions end the attempts', () => {
  const line = openLine('http://localhost:8080/');
  line.socket().open();
  line.socket().end(CLOSE.protocolMismatch);
  line.retry();
  expect(line.told).toEqual(['open', 'mismatch']);
  expect(FakeSocket.all).toHaveLength(1);
});

it.each(['pageshow', 'online', 'visibilitychange'])(
  '[UI-46] %s: a page that is back does not wait for a socket that is gone, and keeps one that is open',
  (event) => {
    const line = openLine('http://localhost:8080/');
    line.socket().open();
    line.dispatch(event);
    expect(FakeSocket.all).toHaveLength(1);
    line.socket().readyState = 3; // closed while the page was frozen, which hears nothing of it
    line.dispatch(event);
    expect(FakeSocket.all).toHaveLength(2);
    line.socket().open();
    expect(line.told).toEqual(['open', 'lost', 'open']);
    line.socket().end();
    line.dispatch(event); // before the next attempt is due
    expect(FakeSocket.all).toHaveLength(3);
  },
);
