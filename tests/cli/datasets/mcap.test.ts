import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { McapIndexedReader } from '@mcap/core';
import { expect, test } from 'vitest';
import { exportDataset } from '../../../cli/datasets/export-dataset.ts';
import { LOG, oddEpisodes, RUN, withOddRun } from './odd-run.ts';

test('[CLI-56] MCAP: steps, poses and feedback on one clock, with an index', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'out');
    await exportDataset(storage, RUN, { format: 'mcap', out });
    const bytes = readFileSync(join(out, 'run.mcap'));
    const readable = {
      size: async () => BigInt(bytes.length),
      read: async (offset: bigint, size: bigint) =>
        new Uint8Array(bytes.subarray(Number(offset), Number(offset + size))),
    };
    const reader = await McapIndexedReader.Initialize({ readable });
    const topics = new Map([...reader.channelsById].map(([id, c]) => [id, c.topic]));
    const seen = new Map<
      string,
      { at: bigint; published: bigint; body: Record<string, unknown> }[]
    >();
    let last = 0n;
    for await (const message of reader.readMessages()) {
      expect(message.logTime).toBeGreaterThanOrEqual(last);
      last = message.logTime;
      const topic = topics.get(message.channelId)!;
      const body = JSON.parse(Buffer.from(message.data).toString());
      const list = seen.get(topic) ?? [];
      list.push({ at: message.logTime, published: message.publishTime, body });
      seen.set(topic, list);
    }
    const episodes = oddEpisodes();
    const steps = seen.get('/step')!;
    expect(steps.length).toBe(episodes.reduce((sum, e) => sum + e.length + 1, 0));
    const driven = steps.filter((s) => s.body.episode_id === 'driven');
    expect(driven[3]!.body).toMatchObject({ source: 'human', driver: 'ada', human_reward: -0.5 });
    // Begun at 5 ms of the wall clock, then as fast as the simulation.
    expect(driven.map((s) => s.at)).toEqual(
      driven.map((_, t) => BigInt(Math.round(5000 + t * 16_000)) * 1000n),
    );
    const e = episodes.find((one) => one.id === 'driven')!;
    expect(Float32Array.from(driven.flatMap((s) => s.body.observation as number[]))).toEqual(
      e.observations.map((v) => v + 0), // JSON has no -0
    );
    const tf = seen.get('/tf')!;
    expect(tf.length).toBe(4);
    const { poses } = episodes.find((one) => one.id === 'posed')!;
    const [, second] = tf[0]!.body.transforms as Record<string, Record<string, number>>[];
    expect(second).toMatchObject({
      translation: { x: poses[7], y: poses[8], z: poses[9] },
      rotation: { w: poses[10], x: poses[11], y: poses[12], z: poses[13] },
    });
    const feedback = seen.get('/feedback')!;
    expect(feedback.map(({ body: { sequence: _, ...said } }) => said)).toEqual(LOG);
    expect(feedback[0]!.at).toBe(1_700_000_000_300_000_000n);
    expect(feedback[0]!.published).toBe(1_700_000_000_250_750_000n); // when the person said it
    for await (const { metadata } of reader.readMetadata())
      expect(JSON.parse(metadata.get('run')!)).toEqual(RUN);
  });
});
