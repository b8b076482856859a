/** One MCAP file for Foxglove, Lichtblick and robotics tools: steps, poses and feedback on one clock, as JSON. */
import { McapWriter } from '@mcap/core';
import { plainJson } from '../../server/storage/plain-numbers.ts';
import type { NewFile } from '../../server/storage/write-file.ts';
import { POSE_SIZE } from '../../sim/contract.ts';
import type { Cells } from './parquet-file.ts';
import type { Annotated } from './source.ts';
import { episodeCells, stepCells } from './tables.ts';
import type { Writer } from './writer.ts';

const FILE = 'run.mcap';
/** A topic and the schema of its messages; `foxglove.*` are drawn by viewers. */
const TOPICS = {
  '/episode': 'reins.Episode',
  '/step': 'reins.Step',
  '/tf': 'foxglove.FrameTransforms',
  '/feedback': 'reins.Feedback',
} as const;
type Topic = keyof typeof TOPICS;

export const writeMcap: Writer = ({ folder, source }) => {
  const file = folder.open(FILE);
  const log = new Log(file);
  const { controlDt } = source.spec;
  return {
    async add(annotated, index) {
      const { episode } = annotated;
      const at = (t: number) => nanoseconds(episode.startedAt + 1000 * t * controlDt);
      await log.write('/episode', at(0), rowOf(episodeCells(annotated, index), 0));
      const { poses: _, ...cells } = stepCells(annotated, index, controlDt);
      for (let t = 0; t <= episode.length; t++) {
        await log.write('/step', at(t), rowOf(cells, t));
        if (episode.poses.length > 0)
          await log.write('/tf', at(t), transforms(annotated, t, at(t)));
      }
    },
    async finish() {
      for (const { sequence, feedback } of source.feedback)
        await log.write(
          '/feedback',
          nanoseconds(feedback.receivedAt),
          { sequence, ...feedback },
          nanoseconds(feedback.answeredAt),
        );
      await log.end(source.run);
      file.finish();
    },
  };
};

/** Messages of JSON. What is not finite is a word in them. */
class Log {
  readonly #writer: McapWriter;
  readonly #channels = new Map<Topic, number>();
  #started = false;
  #sequence = 0;

  constructor(file: NewFile) {
    let position = 0n;
    this.#writer = new McapWriter({
      // Its calls are awaited one by one; with chunks off it writes a wrong index.
      writable: {
        async write(bytes) {
          file.write(bytes);
          position += BigInt(bytes.length);
        },
        position: () => position,
      },
    });
  }

  async write(topic: Topic, logTime: bigint, message: object, publishTime = logTime) {
    const channelId = await this.#channel(topic);
    const data = Buffer.from(plainJson(message));
    const sequence = this.#sequence++;
    await this.#writer.addMessage({ channelId, sequence, logTime, publishTime, data });
  }

  async end(run: object): Promise<void> {
    await this.#start();
    const metadata = new Map([['run', JSON.stringify(run)]]);
    await this.#writer.addMetadata({ name: 'reins', metadata });
    await this.#writer.end();
  }

  async #start(): Promise<void> {
    if (!this.#started) await this.#writer.start({ profile: '', library: 'reins' });
    this.#started = true;
  }

  async #channel(topic: Topic): Promise<number> {
    const known = this.#channels.get(topic);
    if (known !== undefined) return known;
    await this.#start();
    const schemaId = await this.#writer.registerSchema({
      name: TOPICS[topic],
      encoding: 'jsonschema',
      data: Buffer.from('{"type":"object"}'),
    });
    const id = await this.#writer.registerChannel({
      ...{ schemaId, topic, messageEncoding: 'json', metadata: new Map() },
    });
    this.#channels.set(topic, id);
    return id;
  }
}

/** Exact to the microsecond: milliseconds since 1970 have no more in a double. */
const nanoseconds = (ms: number) => BigInt(Math.round(ms * 1000)) * 1000n;

function rowOf(cells: Cells, row: number): object {
  return Object.fromEntries(
    Object.entries(cells).map(([name, column]) => {
      const value = column[row];
      return [name, typeof value === 'bigint' ? Number(value) : value];
    }),
  );
}

/** Where the bodies are, for viewers. */
function transforms({ episode }: Annotated, t: number, time: bigint): object {
  const timestamp = { sec: Number(time / 1_000_000_000n), nsec: Number(time % 1_000_000_000n) };
  return {
    transforms: Array.from({ length: episode.bodies }, (_, body) => {
      const from = (t * episode.bodies + body) * POSE_SIZE;
      const [px, py, pz, qw, qx, qy, qz] = episode.poses.subarray(from, from + POSE_SIZE);
      return {
        timestamp,
        parent_frame_id: 'world',
        child_frame_id: `body ${body}`,
        translation: { x: px, y: py, z: pz },
        rotation: { x: qx, y: qy, z: qz, w: qw },
      };
    }),
  };
}
