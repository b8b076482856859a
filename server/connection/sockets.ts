/** The door for pages: who may open a socket, and how all of them are closed. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { RunHandle } from '../contract.ts';
import { CLOSE, LIMITS, SUBPROTOCOL, WEBSOCKET_PATH } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import { type SessionOptions, startSession } from './session.ts';

/** What every page is told first, but for its session. */
export type Welcome = Omit<SessionOptions['welcome'], 'sessionId'>;

/** How long pages may take to close their connection, ms. */
const CLOSE_PATIENCE = 500;

/** Upgrades at one path only, from pages of this very host, speaking our subprotocol. */
export function acceptSockets(
  server: Server,
  run: RunHandle,
  welcome: Welcome,
  log: Log,
): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // Above the limit of a message, so that a large one is refused rather than fatal.
    maxPayload: 16 * LIMITS.messageBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseUpgrade(request);
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const sessionId = randomUUID();
      startSession({
        socket: client,
        run,
        sessionId,
        log,
        welcome: { ...welcome, sessionId },
      });
    });
  });
  return sockets;
}

function refuseUpgrade(request: IncomingMessage): string | undefined {
  if (new URL(request.url ?? '/', 'http://local').pathname !== WEBSOCKET_PATH)
    return '404 Not Found';
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  if (!offered.split(',').some((p) => p.trim() === SUBPROTOCOL)) return '426 Upgrade Required';
  const { origin, host } = request.headers;
  // Browsers always send it: another site's page must not drive. Programs send none.
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host))
    return '403 Forbidden';
  return undefined;
}

/** Pages get a moment to hear why; one that does not listen must not keep the process alive. */
export async function closeSockets(sockets: WebSocketServer): Promise<void> {
  sockets.close(); // no new ones
  for (const client of sockets.clients) client.close(CLOSE.shuttingDown, 'shutting down');
  const deadline = Date.now() + CLOSE_PATIENCE;
  while (sockets.clients.size > 0 && Date.now() < deadline) await sleep(10);
  for (const client of sockets.clients) client.terminate();
}
