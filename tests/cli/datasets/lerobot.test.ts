/** What LeRobot demands and what it silently misreads, on the files themselves; LeRobot itself reads them in `npm run test:lerobot`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { exportDataset } from '../../../cli/datasets/export-dataset.ts';
import {
  QUANTILES,
  STATISTICS,
  statisticsOf,
  Totals,
} from '../../../cli/datasets/lerobot-statistics.ts';
import { parsePythonJson } from '../../../cli/datasets/python-json.ts';
import { oddEpisodes, RUN, withOddRun } from './odd-run.ts';

const happened = oddEpisodes().filter((e) => e.origin === 'experience');
const FRAMES = happened.reduce((sum, e) => sum + e.length, 0);
type Row = Record<string, unknown>;
type Info = { features: Record<string, { dtype: string; shape: number[] }> } & Row;

async function exported<T>(look: (out: string) => Promise<T>): Promise<T> {
  return withOddRun(async (storage, folder) => {
    const out = join(folder, 'out');
    await exportDataset(storage, RUN, { format: 'lerobot', out });
    return look(out);
  });
}
const json = <T>(...path: string[]) => parsePythonJson(readFileSync(join(...path), 'utf8')) as T;
const file = (...path: string[]) => asyncBufferFromFile(join(...path));
const rowsOf = async (...path: string[]) =>
  (await parquetReadObjects({ file: await file(...path) })) as Row[];

test('[CLI-55] LeRobot: info.json says how many, and every column is a feature and the reverse', async () => {
  await exported(async (out) => {
    const info = json<Info>(out, 'meta/info.json');
    expect(info).toMatchObject({
      ...{ codebase_version: 'v3.0', fps: 62.5, video_path: null, splits: { train: '0:7' } },
      ...{ total_episodes: 7, total_frames: FRAMES, total_tasks: 1 },
    });
    const data = await parquetMetadataAsync(await file(out, 'data/chunk-000/file-000.parquet'));
    const columns = data.schema.filter(
      (_, i) => i > 0 && !['list', 'element'].includes(data.schema[i]!.name),
    );
    expect(columns.map((c) => c.name)).toEqual(Object.keys(info.features));
    for (const column of columns) {
      const { dtype, shape } = info.features[column.name]!;
      const isList = shape[0]! > 1; // [1] is a scalar column, for a one-dimensional action too
      expect(column.converted_type === 'LIST', column.name).toBe(isList);
      const types = {
        float32: 'FLOAT',
        float64: 'DOUBLE',
        int64: 'INT64',
        bool: 'BOOLEAN',
        string: 'BYTE_ARRAY',
      };
      if (!isList) expect(column.type).toBe(types[dtype as keyof typeof types]);
      expect(column.repetition_type).toBe('REQUIRED'); // no nulls
    }
    // Hugging Face reads in batches as large as the first row group: never one frame.
    expect(data.row_groups.map((g) => Number(g.num_rows))).toEqual([1206, FRAMES - 1206]);
  });
});

test('[CLI-55] LeRobot: frames are numbered, timed by the simulation, and say who drove', async () => {
  await exported(async (out) => {
    const rows = await rowsOf(out, 'data/chunk-000/file-000.parquet');
    expect(rows.map((r) => Number(r.index))).toEqual(rows.map((_, i) => i));
    let at = 0;
    for (const [i, e] of happened.entries()) {
      const own = rows.slice(at, (at += e.length));
      expect(own.map((r) => [Number(r.episode_index), Number(r.frame_index)])).toEqual(
        own.map((_, t) => [i, t]),
      );
      expect(own.map((r) => r.timestamp)).toEqual(own.map((_, t) => Math.fround(t * 0.016)));
      const flat = (name: string) => Float32Array.from(own.flatMap((r) => r[name] as number[]));
      expect(flat('observation.state')).toEqual(e.observations.subarray(0, 3 * e.length));
      expect(flat('action')).toEqual(e.actions);
      expect(flat('complementary_info.proposed_action')).toEqual(e.policyActions);
      expect(flat('next.reward')).toEqual(e.envRewards);
      expect(flat('complementary_info.cost')).toEqual(e.costs);
      // A replay buffer takes `done` for a terminal state.
      expect(own.map((r) => r['next.done'])).toEqual(
        own.map((_, t) => t === e.length - 1 && e.end === 'terminated'),
      );
      expect(own.at(-1)!['next.truncated']).toBe(e.end !== 'terminated');
      const human = [...e.sources].map((source) => source !== 0);
      expect(own.map((r) => r.intervention)).toEqual(human);
      expect(own.map((r) => r['complementary_info.is_intervention'])).toEqual(human);
      if (e.id !== 'driven') continue;
      expect(own[5]).toMatchObject({ 'reins.source': 'blend', 'reins.driver': 'ada' });
      expect(own.map((r) => r['reins.human_reward'])[3]).toBe(-0.5);
      expect(Number.isNaN(own[4]!['reins.human_reward'])).toBe(true);
    }
  });
});

test('[CLI-55] LeRobot: tasks are indexed by name, episodes by frames, with statistics of every feature', async () => {
  await exported(async (out) => {
    const tasks = await parquetMetadataAsync(await file(out, 'meta/tasks.parquet'));
    const pandas = tasks.key_value_metadata?.find((entry) => entry.key === 'pandas');
    expect(JSON.parse(pandas!.value!)).toMatchObject({ index_columns: ['task'] });
    const info = json<Info>(out, 'meta/info.json');
    const features = Object.keys(info.features).filter((n) => info.features[n]!.dtype !== 'string');
    const rows = await rowsOf(out, 'meta/episodes/chunk-000/file-000.parquet');
    const frames = await rowsOf(out, 'data/chunk-000/file-000.parquet');
    const column = (name: string, from: number, to: number) => {
      const all = frames.slice(from, to).flatMap((r) => r[name] as number[]);
      return Float64Array.from(all.map(Number));
    };
    let from = 0;
    for (const [i, e] of happened.entries()) {
      const row = rows[i]!;
      const to = from + e.length;
      expect(row).toMatchObject({
        ...{ episode_index: BigInt(i), length: BigInt(e.length), tasks: [RUN.environmentId] },
        ...{ dataset_from_index: BigInt(from), dataset_to_index: BigInt(to) },
        ...{ 'data/chunk_index': 0n, 'data/file_index': 0n, 'meta/episodes/file_index': 0n },
      });
      for (const name of features) {
        const size = info.features[name]!.shape[0]!;
        const expected = statisticsOf(column(name, from, to), size);
        for (const key of STATISTICS)
          expect(row[`stats/${name}/${key}`], name).toEqual(expected[key]);
        expect(row[`stats/${name}/count`]).toEqual([BigInt(e.length)]);
      }
      from = to;
    }
    const stats = json<Record<string, Record<string, number[]>>>(out, 'meta/stats.json');
    expect(Object.keys(stats)).toEqual(features);
    for (const name of features) {
      const expected = statisticsOf(column(name, 0, FRAMES), info.features[name]!.shape[0]!);
      for (const key of STATISTICS)
        for (const [j, value] of expected[key].entries())
          if (Number.isNaN(value)) expect(stats[name]![key]![j]).toBe(Number.NaN);
          else {
            // Of all frames in float32.
            const off = Math.abs(stats[name]![key]![j]! - value);
            expect(off, `${name} ${key}`).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
          }
      expect(stats[name]!.count).toEqual([FRAMES]);
    }
  });
});

test('[CLI-55] quantiles of all frames are those of the frames sorted', () => {
  const numbers = fc.array(fc.float(), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 4 }), (lists) => {
      const episodes = lists.map((list) => Float32Array.from(list.slice(0, list.length & ~1)));
      const totals = new Totals(2);
      for (const values of episodes) totals.add(values);
      while (totals.descend()) for (const values of episodes) totals.refine(values);
      const all = Float32Array.from(episodes.flatMap((values) => [...values]));
      const expected = statisticsOf(all, 2);
      const found = totals.statistics();
      for (const name of ['min', 'max', ...Object.keys(QUANTILES)] as const)
        for (const j of [0, 1]) {
          const [a, b] = [found[name as 'min'][j]!, expected[name as 'min'][j]!];
          expect(a === b || (Number.isNaN(a) && Number.isNaN(b)), `${name} ${a} ${b}`).toBe(true);
        }
    }),
    { numRuns: 30 },
  );
});
