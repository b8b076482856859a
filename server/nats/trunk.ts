/**
 * The tunnels between one gateway and one learner, over a pair of subjects. Messages of a tunnel are numbered: where one
 * is missing the tunnel is over, because nobody could say what it carried.
 */
import { z } from 'zod';
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

type Message = Said | ({ readonly type: 'open' } & Opening);

const TYPES = ['open', 'data', 'read', 'end', 'reset'] as const satisfies Message['type'][];
/** What is not bytes. */
const message = z.discriminatedUnion('type', [
  opening.extend({ type: z.literal('open') }),
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
  #last = 0;
  #isOver = false;

  constructor(options: TrunkOptions) {
    this.#options = options;
  }

  /** @throws Error with words for a person when there are too many */
  open(opening: Opening): Tunnel {
    if (this.#open.size >= MOST_TUNNELS)
      throw new Error(`${MOST_TUNNELS} connections are open, which is as many as can be.`);
    const id = ++this.#last;
    this.#options.send(packed({ type: 'open', ...opening }, id, 0));
    return this.#add(id, opening, 1);
  }

  /** What is no message of a trunk, or of a tunnel that is over, has no effect. */
  hear(bytes: Uint8Array): void {
    const heard = unpacked(bytes);
    if (!heard || this.#isOver) return;
    const { said, id, number } = heard;
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

  #accept(opening: Opening, id: number): void {
    const { onOpened } = this.#options;
    if (!onOpened || this.#open.has(id) || this.#open.size >= MOST_TUNNELS) return;
    onOpened(this.#add(id, opening, 0), opening);
  }

  /** @param said messages of it that were said already */
  #add(id: number, { address }: Opening, said: number): Tunnel {
    const { send, partSize } = this.#options;
    let number = said;
    const tunnel = new Tunnel({
      address,
      partSize: partSize - HEAD,
      say: (what) => send(packed(what, id, number++)),
      onGone: () => this.#open.delete(id),
    });
    this.#open.set(id, { tunnel, next: 1 - said });
    return tunnel;
  }
}

function packed(message: Message, id: number, number: number): Buffer {
  const body = bodyOf(message);
  const bytes = Buffer.allocUnsafe(HEAD + body.length);
  bytes.writeUInt8(TYPES.indexOf(message.type), 0);
  bytes.writeUInt32LE(id, 1);
  bytes.writeUInt32LE(number, 5);
  bytes.set(body, HEAD);
  return bytes;
}

function bodyOf(message: Message): Uint8Array {
  if (message.type === 'data') return message.bytes;
  return Buffer.from(JSON.stringify(message));
}

/** undefined: it is no message of a trunk. */
function unpacked(bytes: Uint8Array) {
  if (bytes.length < HEAD) return undefined;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const said = messageOf(TYPES[all.readUInt8(0)], all.subarray(HEAD));
  return said && { said, id: all.readUInt32LE(1), number: all.readUInt32LE(5) };
}

function messageOf(type: Message['type'] | undefined, body: Buffer): Message | undefined {
  if (type === 'data') return { type, bytes: body };
  try {
    return message.safeParse(JSON.parse(body.toString())).data;
  } catch {
    return undefined;
  }
}
