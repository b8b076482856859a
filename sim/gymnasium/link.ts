/**
 * A line to one environment in a Python process (python/src/reins/serving.py): requests and answers that wait for each
 * other, as the contract of environments is synchronous. A socket makes the acquaintance; then each side has a named
 * pipe of its own, which can be read by waiting. Linux and macOS.
 *
 * Both ways a message is its length in bytes (uint32, little-endian) and so many bytes. A request begins with a
 * letter; an answer with 0, or with 1 and the text of an error.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { connect } from 'node:net';

export interface Link {
  /** @throws Error with Python's words, and where the process is gone. */
  ask(letter: 'H' | 'R' | 'S' | 'G' | 'L' | 'P', content?: Uint8Array): Uint8Array;
  close(): void;
}

/** @param socket path of the Unix socket that Python listens at. @throws RangeError where nothing does */
export async function openLink(socket: string): Promise<Link> {
  const { requests, answers } = await acquaint(socket);
  // In this order on the other side, too: each call waits for its counterpart.
  const output = openSync(requests, 'w');
  const input = openSync(answers, 'r');
  return {
    ask(letter, content = new Uint8Array()) {
      const message = new Uint8Array(5 + content.length);
      new DataView(message.buffer).setUint32(0, 1 + content.length, true);
      message[4] = letter.charCodeAt(0);
      message.set(content, 5);
      for (let at = 0; at < message.length; ) at += writeSync(output, message, at);
      const length = new DataView(read(input, 4).buffer).getUint32(0, true);
      const answer = read(input, length);
      if (answer[0] === 0) return answer.slice(1); // at a multiple of eight, for float64
      throw new Error(`gymnasium: ${new TextDecoder().decode(answer.subarray(1))}`);
    },
    close() {
      closeSync(output);
      closeSync(input);
    },
  };
}

function acquaint(socket: string): Promise<{ requests: string; answers: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    connect(socket)
      .setEncoding('utf8')
      .on('data', (part: string) => {
        text += part;
      })
      .on('end', () => resolve(JSON.parse(text)))
      .on('error', ({ message }) =>
        reject(
          new RangeError(
            `socket: nothing listens at "${socket}" (${message}); start it with reins.serve() of Python`,
          ),
        ),
      );
  });
}

function read(input: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const count = readSync(input, bytes, at, length - at, null);
    if (count === 0) throw new Error('gymnasium: the Python process of the environment has ended');
    at += count;
  }
  return bytes;
}
