/** What goes out comes back: every number that the format can hold, for episodes of any kind. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { READER_NAMES } from '../../../cli/commands/import.ts';
import { exportDataset } from '../../../cli/datasets/export-dataset.ts';
import { importDataset, READERS } from '../../../cli/datasets/import-dataset.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode } from '../../agent/synthetic.ts';
import { inProcess } from '../in-process.ts';
import { LOG, oddEpisodes, RUN, SPEC, withOddRun } from './odd-run.ts';

const FORMATS = [...READER_NAMES];
const happened = oddEpisodes().filter((e) => e.origin === 'experience');

/** What no format for learners holds is not expected back. */
function expected({ poses: _, positions: __, bodies: ___, states: ____, ...rest }: Episode) {
  return {
    ...rest,
    bodies: 0,
    poses: new Float32Array(0),
    positions: new Float32Array(0),
    states: [],
  };
}

async function withStorage<T>(work: (storage: Storage, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'reins-import-'));
  const storage = openStorage(folder);
  try {
    return await work(storage, folder);
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('[CLI-60] the command knows the readers that there are', () => {
  expect(FORMATS).toEqual(Object.keys(READERS));
});

test.each(FORMATS)('[CLI-60] %s: the odd run comes back, its log with it', async (format) => {
  await withOddRun(async (source, folder) => {
    const out = join(folder, 'odd-v0');
    await exportDataset(source, RUN, { format, out });
    await withStorage(async (storage) => {
      const result = await importDataset(storage, { format, folder: out, now: 9 });
      expect(result).toMatchObject({ run: 'odd', episodes: 7, steps: 1229, rounded: 0 });
      for (const e of happened) expect(await storage.getEpisode(e.id)).toEqual(expected(e));
      expect((await storage.findEpisode('driven'))?.live).toBe(true);
      expect((await storage.readFeedback('odd', 0)).map((f) => f.feedback)).toEqual(LOG);
      expect(await storage.listRuns()).toEqual([RUN]);
      await expect(importDataset(storage, { format, folder: out, now: 9 })).rejects.toThrow(
        'odd is there already',
      );
      await expect(
        importDataset(storage, { format, folder: out, id: 'again', now: 9 }),
      ).rejects.toThrow('episode: one step is there already');
      expect((await storage.listRuns()).length).toBe(1); // nothing is left of it
    });
  });
});

test.each(FORMATS)('[CLI-60] %s: episodes of any numbers and ends come back', async (format) => {
  const kind = fc.record({
    length: fc.integer({ min: 1, max: 12 }),
    end: fc.constantFrom('terminated', 'truncated', 'aborted' as const),
    human: fc.boolean(),
    summary: fc.dictionary(fc.constantFrom('a', 'b'), fc.double()),
    numbers: fc.array(fc.float(), { minLength: 3, maxLength: 3 }),
    branch: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { minLength: 1, maxLength: 4 }), async (kinds) => {
      const random = createRandom(5);
      const episodes = kinds.map(({ length, end, human, summary, numbers, branch }, i): Episode => {
        const id = `e${i}`;
        const made = syntheticEpisode(SPEC, length, random, {
          id,
          end,
          ...(human ? { human: [0, length] } : {}),
        });
        made.observations.set(numbers.map((v) => (Object.is(v, -0) ? 0 : v)));
        made.envRewards[0] = Number.isFinite(numbers[0]!) ? numbers[0]! + 0 : 0;
        const from = branch && i > 0 ? { branchOf: { episodeId: 'e0', step: 1 } } : {};
        const plain = Object.fromEntries(Object.entries(summary).map(([k, v]) => [k, v + 0]));
        return { ...made, runId: RUN.id, startedAt: i, summary: plain, ...from };
      });
      await withStorage(async (source, folder) => {
        await source.createRun(RUN);
        for (const e of episodes) await source.putEpisode(e, { live: false });
        const out = join(folder, 'set-v0');
        await exportDataset(source, RUN, { format, out });
        await withStorage(async (storage) => {
          await importDataset(storage, { format, folder: out, now: 9 });
          for (const e of episodes) expect(await storage.getEpisode(e.id)).toEqual(expected(e));
        });
      });
    }),
    { numRuns: 6 },
  );
});

test('[CLI-60] a data set of somebody else becomes a run of recorded episodes', async () => {
  await withOddRun(async (source, folder) => {
    const out = join(folder, 'theirs-v0');
    await exportDataset(source, RUN, { format: 'minari', out });
    rmSync(join(out, 'reins'), { recursive: true });
    const data = join(folder, 'fresh');
    const { code, text, err } = await inProcess(
      ...['import', out, '--format', 'minari', '--data', data, '--json'],
    );
    expect(code, err).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      run: 'theirs-v0',
      env: 'recorded:theirs-v0',
      episodes: 7,
    });
    // And out again, without an environment to make.
    const csv = join(folder, 'csv');
    const again = await inProcess(
      'export',
      '--data',
      data,
      '--format',
      'csv',
      '--out',
      csv,
      '--json',
    );
    expect(JSON.parse(again.text), again.err).toMatchObject({ episodes: 7, steps: 1229 });
  });
});

test('[CLI-60] what is no such data set is refused in words', async () => {
  await withStorage(async (storage, folder) => {
    const set = join(folder, 'set');
    for (const format of FORMATS)
      await expect(importDataset(storage, { format, folder: set, now: 9 })).rejects.toThrow(
        `set is not of ${format}`,
      );
    mkdirSync(join(set, 'meta'), { recursive: true });
    writeFileSync(join(set, 'meta/info.json'), '{"codebase_version":"v2.1"}');
    await expect(
      importDataset(storage, { format: 'lerobot', folder: set, now: 9 }),
    ).rejects.toThrow('is LeRobot v2.1, allowed v3.0');
    expect(await storage.listRuns()).toEqual([]);
  });
});
