/**
 * What goes to one page. One that reads too slowly loses pictures and running figures, for itself
 * alone; answers, questions and alerts always arrive. One that does not read at all is let go of
 * before it fills the memory: pages connect again by themselves.
 */
import type { WebSocket } from 'ws';
import { LIMITS, type ServerMessage } from '../protocol/index.ts';
import type { Budget } from './budget.ts';
import type { ConnectionLog } from './counted-log.ts';

/** Bytes buffered for one page beyond which it counts as gone. */
const MOST_BUFFERED = 64 * LIMITS.bufferedBytes;

export interface Outbox {
  /** More is waiting than a page that keeps up ever has. */
  readonly isSlow: boolean;
  /** Bytes that have left for the page. */
  readonly delivered: number;
  send(message: ServerMessage): void;
  /** A message or clip that is ready as it is, and was asked for. */
  sendReady(data: string | ArrayBuffer): void;
  /** A picture: dropped and counted when the page is slow. */
  sendFrame(buffer: ArrayBuffer): void;
}

export interface OutboxOptions {
  readonly socket: Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'OPEN' | 'send' | 'terminate'>;
  readonly log: Pick<ConnectionLog, 'warn'>;
  /** For all pages together. */
  readonly budget: Budget;
  /** Something was read, and the page keeps up. */
  readonly onRoom: () => void;
  readonly mostBuffered?: number;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { socket, log, budget, onRoom, mostBuffered = MOST_BUFFERED } = options;
  let dropped = 0;
  let given = 0;

  function sendReady(data: string | ArrayBuffer): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > mostBuffered) {
      log.warn({ bytes: socket.bufferedAmount }, 'a page that does not read was disconnected');
      socket.terminate();
      return;
    }
    given += sizeOf(data);
    socket.send(data, () => {
      if (!outbox.isSlow) onRoom();
    });
    if (!outbox.isSlow) return;
    const count = budget.enforce();
    if (count > 0)
      log.warn({ count }, 'pages that read least were disconnected: too much waits for all');
  }

  const outbox: Outbox = {
    get isSlow() {
      return socket.bufferedAmount > budget.share;
    },
    get delivered() {
      return given - socket.bufferedAmount;
    },
    send(message) {
      if (isPassing(message) && outbox.isSlow) return;
      const own = message.type === 'status' ? { ...message, droppedFrames: dropped } : message;
      sendReady(JSON.stringify(own));
    },
    sendReady,
    sendFrame(buffer) {
      if (outbox.isSlow) dropped++;
      else sendReady(buffer);
    },
  };
  return outbox;
}

/** The next of each says the same, newer. */
function isPassing(message: ServerMessage): boolean {
  switch (message.type) {
    case 'status':
    case 'metrics':
      return true;
    case 'error':
      return message.code === 'too-frequent' && message.ref === undefined;
    default:
      return false;
  }
}

function sizeOf(data: string | ArrayBuffer): number {
  return typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
}
