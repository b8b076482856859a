/** Makes a GIF beside the page: one palette for all pictures, which takes a while. */
import { Encoder } from 'modern-gif';

export type GifRequest =
  /** `delay`: ms that each picture stays. */
  | {
      readonly type: 'begin';
      readonly width: number;
      readonly height: number;
      readonly delay: number;
    }
  /** RGBA, from the upper left. */
  | { readonly type: 'picture'; readonly buffer: ArrayBuffer }
  | { readonly type: 'finish' };

/** One for each request; the last one has the file. */
export interface GifReply {
  readonly file?: ArrayBuffer;
}

/** The part of a worker's `self` that is used; its types and those of pages exclude each other. */
const port = self as unknown as {
  onmessage: (event: MessageEvent<GifRequest>) => void;
  postMessage(reply: GifReply, transfer?: Transferable[]): void;
};

let encoder: Encoder | undefined;
let delay = 0;

async function answer(request: GifRequest): Promise<GifReply> {
  switch (request.type) {
    case 'begin': {
      const { width, height } = request;
      encoder = new Encoder({ width, height });
      delay = request.delay;
      return {};
    }
    case 'picture':
      await encoder!.encode({ data: new Uint8ClampedArray(request.buffer), delay });
      return {};
    case 'finish':
      return { file: await encoder!.flush('arrayBuffer') };
  }
}

port.onmessage = async ({ data }) => {
  const reply = await answer(data);
  port.postMessage(reply, reply.file ? [reply.file] : []);
};
