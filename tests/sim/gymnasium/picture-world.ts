/**
 * A process that answers like `reins.serve` of Python: worlds of one number that draw themselves in one colour,
 * `COLOURS` in turn. Prints the path of its socket. Each pipe waits in a thread of libuv: UV_THREADPOOL_SIZE says of how many.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { COLOURS } from './pictures.ts';

const WIDTH = 8;
const HEIGHT = 6;
const HORIZON = 200;

const about = {
  name: 'Pictures-v0',
  dt: 0.05,
  horizon: HORIZON,
  observationSize: 1,
  low: [-1],
  high: [1],
  actionNames: ['go'],
  picture: { width: WIDTH, height: HEIGHT },
};

function chunk(kind: string, content: Buffer): Buffer {
  const whole = Buffer.concat([Buffer.from(kind), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(whole));
  return Buffer.concat([length, whole, sum]);
}

function png(colour: readonly number[]): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(WIDTH);
  head.writeUInt32BE(HEIGHT, 4);
  head.set([8, 2], 8);
  const row = [0, ...Array<readonly number[]>(WIDTH).fill(colour).flat()];
  const pixels = Buffer.from(Array<number[]>(HEIGHT).fill(row).flat());
  const parts = [
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), ...parts]);
}

/** x, steps, reward. */
class World {
  state = Float64Array.of(0, 0, 0);

  answer(): Buffer {
    const [x, steps, reward] = this.state as unknown as [number, number, number];
    const flags = steps === 0 ? 8 : steps >= HORIZON ? 2 : 0;
    const head = Float64Array.of(reward, 0, steps, flags);
    return Buffer.concat([Buffer.from(head.buffer), Buffer.from(Float32Array.of(x).buffer)]);
  }

  do(letter: string, content: Buffer): Buffer {
    const { state } = this;
    switch (letter) {
      case 'H':
        return Buffer.from(JSON.stringify(about));
      case 'R':
        state.set([(content.readDoubleLE() % 10) / 10, 0, 0]);
        return this.answer();
      case 'S': {
        if (state[1]! >= HORIZON) throw new Error('the episode is over');
        const push = content.readFloatLE();
        state.set([0.9 * state[0]! + push, state[1]! + 1, -(push * push)]);
        return this.answer();
      }
      case 'G':
        return Buffer.from(state.slice().buffer);
      case 'L':
        this.state = new Float64Array(new Uint8Array(content).buffer);
        return this.answer();
      default:
        return png(COLOURS[state[1]! % 2]!);
    }
  }
}

async function readWhole(pipe: FileHandle, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await pipe.read(bytes, at, length - at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
  }
  return bytes;
}

async function talk(requests: string, answers: string): Promise<void> {
  const input = await open(requests, 'r');
  const output = await open(answers, 'w');
  const world = new World();
  for (;;) {
    const length = await readWhole(input, 4);
    const request = length && (await readWhole(input, length.readUInt32LE()));
    if (!request) break;
    let answer: Buffer;
    try {
      const content = world.do(String.fromCharCode(request[0]!), request.subarray(1));
      answer = Buffer.concat([Buffer.of(0), content]);
    } catch (error) {
      answer = Buffer.from(`\u0001${(error as Error).message}`);
    }
    const head = Buffer.alloc(4);
    head.writeUInt32LE(answer.length);
    await output.write(Buffer.concat([head, answer]));
  }
  await Promise.all([input.close(), output.close()]);
}

const folder = mkdtempSync(join(tmpdir(), 'reins-pictures-'));
let count = 0;

function welcome(line: Socket): void {
  const [requests, answers] = ['requests', 'answers'].map((name) =>
    join(folder, `${count}-${name}`),
  );
  count++;
  spawnSync('mkfifo', [requests!, answers!]);
  void talk(requests!, answers!);
  line.end(JSON.stringify({ requests, answers }));
}

const path = join(folder, 'socket');
createServer(welcome).listen(path, () => console.log(path));
