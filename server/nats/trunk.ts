/**
 * The tunnels between one gateway and one learner, over a pair of subjects. Messages of a tunnel are numbered: where one
 * is missing the tunnel is over, because nobody could say what it carried.
 */
import { z } from 'zod';
import { type Listener, Multicast, packTargets, type Target, unpackTargets } from './multicast.ts';
import { type Said, Tunnel } from './tunnel.ts';

/** Connections of people through one gateway at once. */
export const MOST_TUNNELS = 1024;

/** From a gateway, when somebody connects to it. */
const opening = z.object({
  /** Whose connection it is. */
  address: z.string(),
  /** Where the gateway listens. */
  host: z.string(),
});
export type Opening = z.infer<typeof opening>;

const openMessage = opening.extend({
  type: z.literal('open'),
  /** Whoever opens it understands messages to several tunnels. */
  takesMulticast: z.boolean().optional(),
});
type Message = Said | z.infer<typeof openMessage>;

const TYPES = ['open', 'data', 'read', 'end', 'reset'] as const satisfies Message['type'][];
/** Beside those: bytes for several tunnels, whose count is in place of the tunnel. */
const MULTICAST = TYPES.length;
/** What is not bytes. */
const message = z.discriminatedUnion('type', [
  openMessage,
  z.object({ type: z.literal('read'), total: z.int().min(0) }),
  z.object({ type: z.literal('end') }),
  z.object({ type: z.literal('reset'), why: z.string() }),
]);
/** Type (1 byte), tunnel and number (4 bytes each). */
const HEAD = 9;

export interface TrunkOptions {
  readonly send: (bytes: Uint8Array) => void;
  /** Most bytes of a message. */
  readonly partSize: number;
  /** The other end has opened one. */
  readonly onOpened?: (tunnel: Tunnel, opening: Opening) => void;
}

interface Open {
  readonly tunnel: Tunnel;
  /** Of the message that comes next. */
  next: number;
}

export class Trunk {
  readonly #options: TrunkOptions;
  readonly #open = new Map<number, Open>();
  readonly #multicast: Multicast;
  #last = 0;
  #isOver = false;

  constructor(options: TrunkOptions) {
    this.#options = options;
    this.#multicast = new Multicast({
      room: options.partSize - HEAD,
      send: (targets, parts) => options.send(packedData(targets, parts)),
    });
  }

  /** @throws Error with words for a person when there are too many */
  open(opening: Opening): Tunnel {
    if (this.#open.size >= MOST_TUNNELS)
      throw new Error(`${MOST_TUNNELS} connections are open, which is as many as can be.`);
    const id = ++this.#last;
    this.#options.send(
      packed({ type: 'open', ...opening, takesMulticast: true }, { id, number: 0 }),
    );
    return this.#add(id, opening, 1);
  }

  /** What is no message of a trunk, or of a tunnel that is over, has no effect. */
  hear(bytes: Uint8Array): void {
    const heard = unpacked(bytes);
    if (!heard || this.#isOver) return;
    const { said, targets } = heard;
    for (const target of targets) this.#pass(said, target);
  }

  #pass(said: Message, { id, number }: Target): void {
    if (said.type === 'open') {
      this.#accept(said, id);
      return;
    }
    const open = this.#open.get(id);
    if (!open) return;
    if (number === open.next++) open.tunnel.hear(said);
    else open.tunnel.destroy(new Error('A part of it was lost on its way.'));
  }

  /** @param why in words for a person */
  close(why: string): void {
    this.#isOver = true;
    for (const { tunnel } of [...this.#open.values()]) tunnel.destroy(new Error(why));
  }

  #accept(opening: z.infer<typeof openMessage>, id: number): void {
    const { onOpened } = this.#options;
    if (!onOpened || this.#open.has(id) || this.#open.size >= MOST_TUNNELS) return;
    onOpened(this.#add(id, opening, 0, opening.takesMulticast), opening);
  }

  /** @param said messages of it that were said already */
  #add(id: number, { address }: Opening, said: number, hasMulticast = false): Tunnel {
    let number = said;
    const listener: Listener = { id, count: () => number++ };
    const tunnel = new Tunnel({
      address,
      partSize: this.#options.partSize - HEAD,
      say: (what) => this.#say(what, listener, hasMulticast),
      onGone: () => this.#open.delete(id),
    });
    this.#open.set(id, { tunnel, next: 1 - said });
    return tunnel;
  }

  #say(what: Said, listener: Listener, hasMulticast: boolean): void {
    if (what.type === 'data' && hasMulticast) {
      this.#multicast.add(listener, what.bytes);
      return;
    }
    this.#multicast.flush(); // or it would come before what was said earlier
    this.#options.send(packed(what, { id: listener.id, number: listener.count() }));
  }
}

function packed(message: Message, target: Target): Buffer {
  if (message.type === 'data') return packedData([target], [message.bytes]);
  const head = packedHead(TYPES.indexOf(message.type), target);
  return Buffer.concat([head, Buffer.from(JSON.stringify(message))]);
}

function packedData(targets: readonly Target[], parts: readonly Uint8Array[]): Buffer {
  const [target] = targets;
  if (targets.length === 1)
    return Buffer.concat([packedHead(TYPES.indexOf('data'), target!), ...parts]);
  const head = packedHead(MULTICAST, { id: targets.length, number: 0 });
  return Buffer.concat([head, packTargets(targets), ...parts]);
}

function packedHead(type: number, { id, number }: Target): Buffer {
  const head = Buffer.allocUnsafe(HEAD);
  head.writeUInt8(type, 0);
  head.writeUInt32LE(id, 1);
  head.writeUInt32LE(number, 5);
  return head;
}

/** undefined: it is no message of a trunk. */
function unpacked(bytes: Uint8Array): { said: Message; targets: readonly Target[] } | undefined {
  if (bytes.length < HEAD) return undefined;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const [type, id, body] = [all.readUInt8(0), all.readUInt32LE(1), all.subarray(HEAD)];
  if (type === MULTICAST) {
    const to = unpackTargets(body, id);
    return to && { said: { type: 'data', bytes: to.bytes }, targets: to.targets };
  }
  const said = messageOf(TYPES[type], body);
  return said && { said, targets: [{ id, number: all.readUInt32LE(5) }] };
}

function messageOf(type: Message['type'] | undefined, body: Buffer): Message | undefined {
  if (type === 'data') return { type, bytes: body };
  try {
    return message.safeParse(JSON.parse(body.toString())).data;
  } catch {
    return undefined;
  }
}
