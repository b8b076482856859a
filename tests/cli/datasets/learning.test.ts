/** What other programs' loaders demand of a data set, on the files themselves; the loaders read them in `npm run test:python`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Table, tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { exportDataset } from '../../../cli/datasets/export-dataset.ts';
import { parsePythonJson, pythonJson } from '../../../cli/datasets/python-json.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode } from '../../agent/synthetic.ts';
import { oddEpisodes, RUN, SPEC, withOddRun } from './odd-run.ts';

const happened = oddEpisodes().filter((e) => e.origin === 'experience');
const json = (...path: string[]) => parsePythonJson(readFileSync(join(...path), 'utf8')) as never;

test('[CLI-53] JSON with the literals of Python is read and written', () => {
  expect(pythonJson({ low: [Number.NEGATIVE_INFINITY, 1], text: 'NaN' })).toBe(
    '{"low":[-Infinity,1],"text":"NaN"}',
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.double(), fc.string(), (value, number, text) => {
      const all = { value, number, text: [text, `"${text}\\`, `NaN ${text}`] };
      const back = parsePythonJson(pythonJson(all)) as typeof all;
      expect(back.text).toEqual(all.text);
      expect(back.number).toBe(Object.is(number, -0) ? 0 : number);
    }),
  );
});

test('[CLI-53] Minari: spaces as text, one row group per episode, all columns one row longer', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'odd-v3');
    const result = await exportDataset(storage, RUN, { format: 'minari', out });
    expect(result).toMatchObject({ episodes: 7, steps: 1229 });
    const meta = json(out, 'data', 'metadata.json') as Record<string, unknown>;
    expect(meta).toMatchObject({ total_episodes: 7, total_steps: 1229, data_format: 'parquet' });
    expect(meta).toMatchObject({ dataset_id: 'odd-v3', minari_version: '0.5.4' });
    expect(JSON.parse(String(meta.action_space))).toEqual({
      ...{ type: 'Box', dtype: 'float32', shape: [2], low: [-1, 0], high: [1, 0.5] },
    });
    expect(meta.observation_space).toContain('"low":[-Infinity,-Infinity,-Infinity]');
    for (const [i, e] of happened.entries()) {
      const file = await asyncBufferFromFile(join(out, 'data', String(i), 'part-0.parquet'));
      const { row_groups, schema } = await parquetMetadataAsync(file);
      expect(row_groups.map((g) => Number(g.num_rows))).toEqual([e.length + 1]);
      expect(schema.find((s) => s.name === 'terminations')?.type).toBe('BOOLEAN');
      const rows = await parquetReadObjects({ file });
      const numbers = (name: string) => Float32Array.from(rows.flatMap((r) => r[name]));
      expect(numbers('observations')).toEqual(e.observations);
      expect(numbers('actions').subarray(0, e.actions.length)).toEqual(e.actions);
      expect(numbers('rewards').subarray(0, e.length)).toEqual(e.envRewards);
      const ends = rows.map((r) => [r.terminations, r.truncations]);
      expect(ends[e.length - 1]).toEqual([e.end === 'terminated', e.end !== 'terminated']);
      expect(ends.flat().filter(Boolean).length).toBe(1);
      const infos = rows.map((r) => r.infos);
      expect(infos.slice(1).map((info) => info.cost)).toEqual([...e.costs]);
      expect(Float32Array.from(infos.slice(1).flatMap((info) => info.policy_action))).toEqual(
        e.policyActions,
      );
      expect(json(out, 'data', String(i), 'metadata.json')).toMatchObject({
        ...{ id: i, total_steps: e.length, seed: e.seed, episode_id: e.id, end: e.end },
      });
      if (e.id === 'driven') {
        expect(infos[4].driver).toBe('ada');
        expect(infos[4].source).toBe('human');
        expect(infos[4].human_reward).toBe(-0.5);
      }
    }
    // A folder without a version would break the listing of all.
    await expect(
      exportDataset(storage, RUN, { format: 'minari', out: join(folder, 'odd') }),
    ).rejects.toThrow('as in run-v0');
    expect(readdirSync(folder).sort()).toEqual(['data', 'odd-v3']);
  });
});

test('[CLI-53] Minari: an episode that Arrow would cut is refused', async () => {
  await withOddRun(async (storage, folder) => {
    const long = syntheticEpisode(SPEC, 131_071, createRandom(1), { id: 'very long' });
    await storage.putEpisode({ ...long, runId: RUN.id }, { live: false });
    const out = join(folder, 'odd-v0');
    await expect(exportDataset(storage, RUN, { format: 'minari', out })).rejects.toThrow(
      'minari takes 131070 steps, episode very long has 131071',
    );
  });
});

test('[CLI-54] imitation: an Arrow stream with a row per episode and its infos as JSON', async () => {
  await withOddRun(async (storage, folder) => {
    const out = join(folder, 'out');
    await exportDataset(storage, RUN, { format: 'imitation', out });
    const bytes = readFileSync(join(out, 'data-00000-of-00001.arrow'));
    expect(bytes.readInt32LE(0)).toBe(-1); // a stream; a file would begin with ARROW1
    const table: Table = tableFromIPC(bytes);
    expect(table.schema.fields.map((f) => f.name)).toEqual([
      ...['obs', 'acts', 'infos', 'terminal', 'rews'],
    ]);
    expect(table.numRows).toBe(happened.length);
    for (const [i, e] of happened.entries()) {
      const row = table.get(i)!.toJSON() as never as {
        obs: Iterable<Iterable<number>>;
        acts: Iterable<Iterable<number>>;
        rews: Iterable<number>;
        infos: Iterable<string>;
        terminal: boolean;
      };
      const flat = (lists: Iterable<Iterable<number>>) =>
        Float32Array.from([...lists].flatMap((list) => [...list]));
      expect([...row.obs].length).toBe(e.length + 1);
      expect(flat(row.obs)).toEqual(e.observations);
      expect(flat(row.acts)).toEqual(e.actions);
      expect(Float32Array.from(row.rews)).toEqual(e.envRewards);
      expect(row.terminal).toBe(e.end === 'terminated');
      const infos = [...row.infos].map((text) => parsePythonJson(text) as Record<string, unknown>);
      expect(infos.length).toBe(e.length);
      expect(infos.map((info) => info.cost)).toEqual([...e.costs]);
      expect(infos[0]).toMatchObject({ episode_id: e.id, seed: e.seed });
      expect(infos.at(-1)).toMatchObject({ end: e.end });
    }
    expect(json(out, 'state.json')).toMatchObject({
      _data_files: [{ filename: 'data-00000-of-00001.arrow' }],
    });
    expect(json(out, 'dataset_info.json')).toEqual({});
  });
});
