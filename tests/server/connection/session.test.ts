import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Budget } from '../../../server/connection/budget.ts';
import { Turns } from '../../../server/connection/large-replies.ts';
import { startSession } from '../../../server/connection/session.ts';
import type { RunHandle } from '../../../server/contract.ts';
import { OWNER } from '../../../server/people/people.ts';
import { PROTOCOL_VERSION } from '../../../server/protocol/index.ts';
import { createLog } from '../../../server/threads/log.ts';
import { stubLive } from './door.ts';

it('[WIRE-7] a page that goes while it is being welcomed is not told anything afterwards', async () => {
  const described: ((text: string) => void)[] = [];
  let subscribed = 0;
  const run = {
    backend: { name: 'wasm', reason: 'test' },
    lives: [stubLive({ state: { sceneId: 3, seed: 1 } as never })],
    alerts: [],
    recentEpisodes: [],
    status: () => ({ type: 'status' }),
    sceneMessage: () => new Promise<string>((resolve) => described.push(resolve)),
    subscribe() {
      subscribed++;
      return () => {};
    },
    leaveQueries() {},
  } as unknown as RunHandle;
  const open = () => {
    const socket = Object.assign(new EventEmitter(), {
      bufferedAmount: 0,
      readyState: 1,
      OPEN: 1,
      send() {},
    }) as unknown as WebSocket;
    startSession({
      socket,
      run,
      sessionId: 's',
      person: OWNER,
      nameOf: (id) => id,
      log: createLog('fatal'),
      budget: new Budget(),
      turns: new Turns(),
      welcome: {} as never,
    });
    const hello = { type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'ada' };
    socket.emit('message', Buffer.from(JSON.stringify(hello)), false);
    return socket;
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  open();
  described[0]!('{}');
  await settled();
  expect(subscribed).toBe(1);
  const gone = open();
  gone.emit('close');
  described[1]!('{}');
  await settled();
  expect(subscribed).toBe(1);
});
