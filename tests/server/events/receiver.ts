/** A program that webhooks tell what happens: a real server on loopback, as good or bad as a test wants it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReinsEvent } from '../../../server/events/events.ts';

export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: ReinsEvent;
}

export interface Receiver {
  readonly url: string;
  /** Every request that came whole, taken or not. */
  readonly deliveries: readonly Delivery[];
  /** Resolves once so many came. */
  came(count: number): Promise<void>;
  close(): Promise<void>;
}

/** @param answer of the n-th request (from 1); leaving it open is an answer too */
export async function openReceiver(
  answer: (n: number, reply: ServerResponse, delivery: Delivery) => void,
  port = 0,
): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  let onCame = () => {};
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const delivery = { headers: request.headers, body, event: JSON.parse(body) as ReinsEvent };
      deliveries.push(delivery);
      answer(deliveries.length, reply, delivery);
      onCame();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`,
    deliveries,
    async came(count) {
      while (deliveries.length < count)
        await new Promise<void>((resolve) => {
          onCame = resolve;
        });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const take = (_n: number, reply: ServerResponse) => void reply.writeHead(204).end();
