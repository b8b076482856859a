import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseBinary, writeBinary } from '../../../server/storage/binary.ts';
import { parseEpisode, writeEpisodeFile } from '../../../server/storage/episode-file.ts';

const root = new URL('../../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'reins-episodes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const archive = join(root, 'tests/fixtures/run-of-8b405bc.tar.gz');
spawnSync('tar', ['-xzf', archive, '-C', folder]);
const old = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
  name.endsWith('.episode'),
);

test('[EPI-9] files of 8b405bc are read with the origin of their id', () => {
  const origins = old.map((name) => parseEpisode(readFileSync(join(folder, name))).origin);
  expect(origins.filter((origin) => origin === 'counterfactual')).toHaveLength(
    old.filter((name) => /-cf\d+\.episode$/.test(name)).length,
  );
  expect(origins).toContain('experience');
  expect(origins).toContain('counterfactual');
});

test('[EPI-9] files of 8b405bc written again differ only in the origin of their header', () => {
  for (const name of old) {
    const bytes = readFileSync(join(folder, name));
    const again = join(folder, 'again.episode');
    writeEpisodeFile(again, parseEpisode(bytes));
    const { meta, columns } = parseBinary(readFileSync(again));
    const { origin, ...rest } = meta as { origin: string };
    expect(origin).toMatch(/experience|counterfactual/);
    writeBinary(again, rest, columns);
    expect(readFileSync(again).equals(bytes), name).toBe(true);
  }
});
