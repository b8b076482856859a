import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { FORMAT_NAMES } from '../../../cli/commands/export.ts';
import { exportDataset, FORMATS } from '../../../cli/datasets/export-dataset.ts';
import { LOG, oddEpisodes, RUN, withOddRun } from './odd-run.ts';

type Row = Record<string, unknown>;

const rowsOf = async (path: string) =>
  (await parquetReadObjects({ file: await asyncBufferFromFile(path) })) as Row[];

/** All numbers of a column of lists or numbers. */
const numbers = (rows: readonly Row[], name: string) =>
  rows.flatMap((row) => (row[name] ?? []) as number | number[]);

const episodes = oddEpisodes();

test('[CLI-50] the command knows the formats that there are', () => {
  expect(FORMAT_NAMES).toEqual(['jsonl', ...Object.keys(FORMATS)]);
});

test('[CLI-51] a Parquet export has every number, a row group per episode, and who said what', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'out');
    const result = await exportDataset(storage, RUN, { format: 'parquet', out });
    expect(result).toMatchObject({ episodes: 8, steps: 1235, feedback: LOG.length, missing: 0 });
    const path = join(out, 'steps/part-00000.parquet');
    const rows = await rowsOf(path);
    expect(rows.length).toBe(1235 + 8);
    const meta = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(meta.row_groups.map((g) => Number(g.num_rows))).toEqual(
      episodes.map((e) => e.length + 1),
    );
    let at = 0;
    for (const [index, e] of episodes.entries()) {
      const own = rows.slice(at, (at += e.length + 1));
      expect(own.map((r) => [r.episode_index, r.episode_id, r.step])).toEqual(
        own.map((_, t) => [index, e.id, t]),
      );
      expect(Float32Array.from(numbers(own, 'observation'))).toEqual(e.observations);
      const steps = own.slice(0, -1);
      expect(Float32Array.from(numbers(steps, 'action'))).toEqual(e.actions);
      expect(Float32Array.from(numbers(steps, 'policy_action'))).toEqual(e.policyActions);
      expect(Float32Array.from(numbers(own, 'position'))).toEqual(e.positions);
      expect(Float32Array.from(numbers(own, 'poses'))).toEqual(e.poses);
      expect(Float32Array.from(numbers(steps, 'reward'))).toEqual(e.envRewards);
      expect(Float32Array.from(numbers(steps, 'cost'))).toEqual(e.costs);
      expect(Uint32Array.from(steps.map((r) => Number(r.policy_version)))).toEqual(
        e.policyVersions,
      );
      for (const name of ['action', 'source', 'reward', 'success'])
        expect(own.at(-1)![name] ?? null, name).toBe(null);
    }
    const of = (id: string) => rows.filter((r) => r.episode_id === id);
    const driven = of('driven');
    expect(driven.map((r) => r.driver)).toEqual([
      null,
      null,
      'ada',
      'ada',
      'ada',
      'ada',
      null,
      null,
      null,
      null,
    ]);
    expect(driven.map((r) => r.human_reward)).toEqual([
      null,
      null,
      null,
      -0.5,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(driven[5]!.source).toBe('blend');
    // Time goes on in branches, and in branches of them.
    expect(of('branch')[0]!.time).toBeCloseTo(2 * 0.016, 12);
    expect(of('twig')[1]!.time).toBeCloseTo((2 + 3 + 1) * 0.016, 12);
    const feedback = await rowsOf(join(out, 'feedback.parquet'));
    expect(feedback.map((r) => r.teacher_id)).toEqual(LOG.map((f) => f.teacherId));
    expect(feedback.map((r) => JSON.parse(String(r.json)))).toEqual(LOG);
    expect(feedback.map((r) => r.retracted)).toEqual(LOG.map((f) => f.id === 'f3'));
    expect(feedback[5]).toMatchObject({ about_episode: 'long', about_to: 60, b_from: 0 });
    expect(feedback[5]).toMatchObject({ choice: 'b', shown_at: 1_700_000_000_000.25 });
    const listed = await rowsOf(join(out, 'episodes.parquet'));
    expect(listed.map((r) => [r.end, r.origin, r.branch_of])).toEqual(
      episodes.map((e) => [e.end, e.origin, e.branchOf?.episodeId ?? null]),
    );
    expect(JSON.parse(String(listed[0]!.summary))).toEqual({
      ...{ return: 1.25, lap: 'NaN', best: 'Infinity', fine: 0.1 + 0.2 },
    });
    expect(readdirSync(join(out, 'reins')).sort()).toEqual([
      'episodes.jsonl',
      'export.json',
      'feedback.jsonl',
      'run.json',
    ]);
  });
});

test('[CLI-51] a CSV export has one column per number, exactly', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'out');
    await exportDataset(storage, RUN, { format: 'csv', out });
    const lines = readFileSync(join(out, 'steps.csv'), 'utf8').trimEnd().split('\r\n');
    expect(lines[0]).toContain(',observation_speed,"observation_a, ""b""",observation_gap,action_');
    expect(lines.length).toBe(1 + 1235 + 8);
    const [first] = episodes;
    const cells = lines[1]!.split(',');
    expect(Float32Array.from(cells.slice(4, 7).map(Number))).toEqual(
      first!.observations.subarray(0, 3),
    );
    expect(lines.find((line) => line.includes(',driven,0,'))!.split(',')[5]).toBe('-0');
    const feedback = readFileSync(join(out, 'feedback.csv'), 'utf8');
    expect(feedback.split('\r\n').length).toBe(LOG.length + 2);
    expect(feedback).toContain('""reason"":""slip, \\""sorry\\""""');
  });
});

test('[CLI-52] an export that was stopped leaves nothing that looks like one, and the old one whole', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'out');
    const stop = new AbortController();
    const half = (done: number) => done === 4 && stop.abort();
    const options = { format: 'parquet', out, signal: stop.signal, onEpisode: half } as const;
    await expect(exportDataset(storage, RUN, options)).rejects.toThrow('abort');
    expect(existsSync(out)).toBe(false);
    expect(existsSync(`${out}.partial`)).toBe(false);
    await exportDataset(storage, RUN, { format: 'csv', out });
    await expect(exportDataset(storage, RUN, options)).rejects.toThrow('abort');
    expect(existsSync(join(out, 'steps.csv'))).toBe(true);
    await exportDataset(storage, RUN, { format: 'parquet', out });
    expect(existsSync(join(out, 'steps.csv'))).toBe(false);
    expect(existsSync(join(out, 'episodes.parquet'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['data', 'out']);
  });
});

test('[CLI-52] a folder that is no export of ours is left alone', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'data');
    writeFileSync(join(out, 'mine.txt'), 'mine');
    await expect(exportDataset(storage, RUN, { format: 'csv', out })).rejects.toThrow(
      'is no export of reins',
    );
    expect(readFileSync(join(out, 'mine.txt'), 'utf8')).toBe('mine');
  });
});
