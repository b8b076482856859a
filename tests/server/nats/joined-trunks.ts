/** Two trunks with a broker in between that is a queue: what is said arrives later and in order, unless it is lost. */
import { type Opening, Trunk } from '../../../server/nats/trunk.ts';
import type { Tunnel } from '../../../server/nats/tunnel.ts';

export const OPENING: Opening = { address: '192.0.2.7', host: '127.0.0.1' };

export interface Joined {
  readonly gateway: Trunk;
  readonly learner: Trunk;
  /** Messages that were said to the learner and to the gateway. */
  readonly said: { up: number; down: number };
}

export function joinedTrunks(options: {
  readonly onOpened: (tunnel: Tunnel, opening: Opening) => void;
  readonly partSize?: number;
  /** Whether a message is lost, by its number from 1. */
  readonly isLost?: (way: 'up' | 'down', number: number) => boolean;
}): Joined {
  const { onOpened, partSize = 1000, isLost = () => false } = options;
  const said = { up: 0, down: 0 };
  const way = (name: 'up' | 'down', to: () => Trunk) => (bytes: Uint8Array) => {
    if (bytes.length > partSize) throw new Error(`${bytes.length} bytes, allowed ${partSize}`);
    if (!isLost(name, ++said[name])) setImmediate(() => to().hear(bytes));
  };
  const gateway: Trunk = new Trunk({ partSize, send: way('up', () => learner) });
  const learner: Trunk = new Trunk({ partSize, send: way('down', () => gateway), onOpened });
  return { gateway, learner, said };
}
