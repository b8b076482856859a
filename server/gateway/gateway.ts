/**
 * A gateway: the page, and a way for people to the learner of a run. It holds nothing of theirs: any number of them
 * stand beside each other, and who comes back by another one goes on there.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { REQUEST_PATIENCE } from '../connection/http.ts';
import { pageFiles } from '../connection/page.ts';
import {
  type GatewayLine,
  type GatewayLineOptions,
  openGatewayLine,
} from '../nats/gateway-line.ts';
import { MOST_TUNNELS } from '../nats/trunk.ts';
import { type RelayOptions, relay, relayUpgrade } from './relay.ts';

const HEALTH = '/healthz';

export interface GatewayOptions extends GatewayLineOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Folder of the built page. */
  readonly uiDir: string;
}

export interface Gateway {
  readonly url: string;
  readonly runId: string;
  close(): Promise<void>;
}

/**
 * Listens once a learner was heard, where no run is given; undefined: it was stopped before.
 * @throws RangeError naming what cannot be used and the way out; the listen error as it is
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway | undefined> {
  const { host, port } = options;
  const line = await openGatewayLine(options);
  if (!line) return undefined;
  const app = await createApp(line, options);
  const close = async () => {
    await app.close();
    await line.close();
  };
  try {
    await app.listen({ host, port });
  } catch (error) {
    await close();
    throw error;
  }
  const { port: bound } = app.server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${bound}`, runId: line.runId, close };
}

/** Answers by itself what it is and with the page's files; all else goes on. */
async function createApp(line: GatewayLine, options: GatewayOptions): Promise<FastifyInstance> {
  const { host, uiDir } = options;
  const connect = ({ socket }: IncomingMessage) =>
    line.open({ address: socket.remoteAddress ?? '', host });
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    serverFactory: (answer) => serverOf({ connect, answer }),
  });
  app.get(HEALTH, async (_request, reply) =>
    reply
      .code(line.isThere ? 200 : 503)
      .header('Cache-Control', 'no-store')
      .send({ status: line.isThere ? 'ok' : 'no learner', runId: line.runId }),
  );
  await app.register(pageFiles, { uiDir });
  return app;
}

function serverOf({ connect, answer }: RelayOptions) {
  const server = createServer(
    { requestTimeout: REQUEST_PATIENCE },
    (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === HEALTH) answer(request, response);
      else relay(request, response, { connect, answer });
    },
  );
  server.maxConnections = MOST_TUNNELS;
  server.on('connection', (socket) => socket.on('error', () => {})); // a reset is an ordinary end
  return server.on('upgrade', (request, socket, head) =>
    relayUpgrade(request, socket, head, { connect }),
  );
}
