/** A data set of another program's as a run in a data folder. */
import { basename, resolve } from 'node:path';
import type { Feedback } from '../../agent/contract.ts';
import { getPreset } from '../../agent/presets/presets.ts';
import { UsageError } from '../../experiments/errors.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { hashOf } from '../../server/storage/identity.ts';
import { type Dataset, readOwnSide, toEpisode } from './read-episode.ts';
import { readImitation } from './read-imitation.ts';
import { readLerobot } from './read-lerobot.ts';
import { readMinari } from './read-minari.ts';
import { recordedIdentity, Seen, within } from './recorded.ts';
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
  /** Of a run that is not of ours; default: reins. */
  readonly preset?: string;
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
  { format, folder, id, preset = 'reins', now }: ImportOptions,
): Promise<DatasetImport> {
  getPreset(preset); // known, before anything is written
  const dataset = await open(format, folder);
  const own = readOwnSide(folder);
  const name = id ?? own?.run.id ?? basename(resolve(folder));
  const run = own ? { ...own.run, id: name } : await runOf(dataset, { id: name, preset, now });
  const spec = await specOf(run);
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

async function runOf(
  { spec, episodes }: Dataset,
  { id, preset, now }: { readonly id: string; readonly preset: string; readonly now: number },
): Promise<Run> {
  const { environmentId, observationSpace, actionSpace } = spec;
  const observed = new Seen(observationSpace.size);
  const done = new Seen(actionSpace.size);
  for await (const { observations, actions } of episodes()) {
    observed.add(observations);
    done.add(actions);
  }
  const bounded = { ...spec, actionSpace: within(actionSpace, done) };
  const identity = recordedIdentity(bounded, preset, observed);
  return {
    ...{ id, environmentId, preset, seed: 0, createdAt: now },
    ...{ identity, configHash: hashOf(identity) },
  };
}
