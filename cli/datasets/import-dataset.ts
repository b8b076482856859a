/** A data set of another program's as a run in a data folder. */
import { basename, resolve } from 'node:path';
import type { EnvironmentSpec, Feedback } from '../../agent/contract.ts';
import { UsageError } from '../../experiments/errors.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { hashOf } from '../../server/storage/identity.ts';
import { type Dataset, type OwnSide, readOwnSide, toEpisode } from './read-episode.ts';
import { readImitation } from './read-imitation.ts';
import { readLerobot } from './read-lerobot.ts';
import { readMinari } from './read-minari.ts';
import { recordedIdentity } from './recorded.ts';
import { specOf } from './source.ts';

export const READERS = {
  lerobot: readLerobot,
  minari: readMinari,
  imitation: readImitation,
} as const satisfies Record<string, (folder: string) => Dataset | Promise<Dataset>>;

export type ReaderName = keyof typeof READERS;

export interface ImportOptions {
  readonly format: ReaderName;
  readonly folder: string;
  /** Of the run; default: that of the run it was exported from, or the folder's name. */
  readonly id?: string | undefined;
  /** Wall clock, ms. */
  readonly now: number;
}

export interface DatasetImport {
  readonly run: string;
  readonly env: string;
  readonly episodes: number;
  readonly steps: number;
  readonly feedback: number;
  /** Numbers that float32 does not hold exactly. */
  readonly rounded: number;
}

/**
 * Episodes that we exported come back with all that the format and `reins/` hold; poses and states do not.
 * @throws UsageError when the folder is no such data set, or its run or episodes are there already.
 */
export async function importDataset(
  storage: Storage,
  { format, folder, id, now }: ImportOptions,
): Promise<DatasetImport> {
  const dataset = await open(format, folder);
  const own = readOwnSide(folder);
  const run = runOf(dataset.spec, own, id ?? own?.run.id ?? basename(resolve(folder)), now);
  const spec = own ? await specOf(run) : dataset.spec;
  if ((await storage.listRuns()).some((known) => known.id === run.id))
    throw new UsageError(`run: ${run.id} is there already, allowed another --run or --data`);
  await storage.createRun(run);
  let [episodes, steps, rounded] = [0, 0, 0];
  try {
    for await (const read of dataset.episodes()) {
      const about = own?.episodes.get(episodes);
      const episode = toEpisode(read, episodes, about, { run, spec, now });
      if (await storage.findEpisode(episode.id))
        throw new UsageError(`episode: ${episode.id} is there already, allowed another --data`);
      await storage.putEpisode(episode, { live: about?.live ?? false });
      for (const list of [read.observations, read.actions, read.rewards])
        rounded += Array.from(list).filter((v) => !Object.is(Math.fround(v), v)).length;
      episodes++;
      steps += episode.length;
    }
    for (const line of own?.feedback ?? []) {
      const { sequence: _, ...feedback } = JSON.parse(line) as Feedback & { sequence: number };
      await storage.appendFeedback({ ...feedback, runId: run.id });
    }
  } catch (error) {
    await storage.deleteRun(run.id); // whole or not at all
    throw error;
  }
  const feedback = own?.feedback.length ?? 0;
  return { run: run.id, env: run.environmentId, episodes, steps, feedback, rounded };
}

async function open(format: ReaderName, folder: string): Promise<Dataset> {
  try {
    return await READERS[format](folder);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`dataset: ${folder} is not of ${format} (${why})`);
  }
}

function runOf(spec: EnvironmentSpec, own: OwnSide | undefined, id: string, now: number): Run {
  if (own) return { ...own.run, id };
  const identity = recordedIdentity(spec, 'reins');
  const { environmentId } = spec;
  return {
    ...{ id, environmentId, preset: 'reins', seed: 0, createdAt: now },
    ...{ identity, configHash: hashOf(identity) },
  };
}
