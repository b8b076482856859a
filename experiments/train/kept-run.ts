/**
 * A training as a run of a data folder: what `serve` keeps of a run, in the same database and folders. Times
 * are simulated, ms since the run began, so that the same seed gives the same log.
 */
import { deserialize, serialize } from 'node:v8';
import type { Checkpoint, Episode } from '../../agent/contract.ts';
import type { SavedStore } from '../../agent/episode/store.ts';
import { chooseRun } from '../../server/storage/choose.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { hashOf, identityOf, placesOf, type Wanted } from '../../server/storage/identity.ts';
import { type FolderLock, lockFolder } from '../../server/storage/lock.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import type { RunLog, SavedLoop } from './state.ts';

export interface KeepOptions {
  /** Data folder. */
  readonly folder: string;
  /** Id or name of the run that goes on; absent: a new one. */
  readonly resume?: string | undefined;
  /** Physics engine and version. */
  readonly engine?: string | undefined;
}

/** What goes on from a checkpoint beside the trainer. */
export interface SavedTraining {
  /** That must be the same again; see `settingsOf`. */
  readonly settings: unknown;
  readonly loop: SavedLoop;
  readonly teachers: unknown;
  /** What acts: the last published policy and its random stream. */
  readonly actor: unknown;
  /** Of the command: evaluations so far and the like. */
  readonly measured: unknown;
}

/** A checkpoint of a training, with the steps of all episodes that it names. */
export interface Resumed {
  readonly checkpoint: Checkpoint;
  readonly training: SavedTraining;
  readonly episodes: ReadonlyMap<string, Episode>;
}

export interface KeptRun extends RunLog {
  readonly id: string;
  /** Of a run that goes on. */
  readonly resumed: Resumed | undefined;
  /** Resolves once it is on disk, all that was logged before it; `open`: the open episode, `time`: simulated ms. */
  save(
    checkpoint: Checkpoint,
    training: SavedTraining,
    at: { readonly open: Episode | undefined; readonly time: number },
  ): Promise<void>;
  close(): Promise<void>;
}

/**
 * Locks the folder until it is closed.
 * @throws RangeError for a folder that cannot be used, or a run that cannot go on, saying why
 */
export async function keepRun(options: KeepOptions, wanted: Wanted): Promise<KeptRun> {
  const lock = lockFolder(options.folder);
  let storage: Storage | undefined;
  try {
    storage = openStorage(options.folder);
    return await open(options, wanted, storage, lock);
  } catch (error) {
    await storage?.close();
    lock.release();
    throw error;
  }
}

async function open(
  { resume, engine }: KeepOptions,
  wanted: Wanted,
  storage: Storage,
  lock: FolderLock,
): Promise<KeptRun> {
  if (resume === undefined) {
    const run = newRun(await storage.listRuns(), wanted, engine);
    await storage.createRun(run);
    return createKeptRun(run.id, undefined, 0, storage, lock);
  }
  const { record } = await chooseRun(storage, wanted, '', resume);
  const { resumed, feedbackSequence } = await goBack(storage, record.id);
  return createKeptRun(record.id, resumed, feedbackSequence, storage, lock);
}

/** The second training of the same kind and seed in a folder is `….2`. */
function newRun(runs: readonly Run[], wanted: Wanted, engine: string | undefined): Run {
  const { environment, preset, seed = 1 } = wanted;
  const name = `train-${environment}-${preset}-${seed}`;
  const taken = new Set(runs.map((run) => run.id));
  let id = name;
  for (let n = 2; taken.has(id); n++) id = `${name}.${n}`;
  const identity = identityOf(wanted);
  const places = placesOf(wanted);
  return {
    id,
    environmentId: environment,
    preset,
    seed,
    configHash: hashOf(identity),
    createdAt: Date.now(),
    identity,
    ...(engine === undefined ? {} : { engine }),
    ...(places ? { places } : {}),
  };
}

/** The newest run of a folder that a training can go on with; undefined: there is none. */
export async function newestTraining(storage: Storage): Promise<Run | undefined> {
  for (const run of await storage.listRuns())
    if ((await storage.getCheckpoint(run.id))?.training) return run;
  return undefined;
}

/** With which settings a run is trained; undefined: no training can go on with it. */
export async function readSettings(storage: Storage, run: Run): Promise<unknown> {
  const stored = await storage.getCheckpoint(run.id);
  return stored?.training && read(stored.training).settings;
}

function read(bytes: Uint8Array): SavedTraining {
  try {
    return deserialize(bytes) as SavedTraining;
  } catch (error) {
    throw new RangeError(
      `resume: the checkpoint cannot be read (${(error as Error).message}); it may be of a newer Node`,
    );
  }
}

/** The last checkpoint; what came after it is forgotten. */
async function goBack(storage: Storage, runId: string) {
  const stored = await storage.getCheckpoint(runId);
  if (!stored)
    throw new RangeError(`resume: ${runId} has no checkpoint yet: train without --resume`);
  if (!stored.training)
    throw new RangeError(
      `resume: a server went on with ${runId}: go on with serve --run ${runId}, or train without --resume`,
    );
  const { checkpoint, feedbackSequence, savedAt: time } = stored;
  const training = read(stored.training);
  const { step, isLearning } = training.loop.totals as { step: number; isLearning: boolean };
  const environmentSteps = isLearning ? step - 1 : step;
  await storage.rewindRun(runId, { feedbackSequence, time, environmentSteps });
  const stores = [training.loop.store, checkpoint.meta.episodes as SavedStore];
  const names = new Set(stores.flatMap((store) => store.episodes.map(({ id }) => id)));
  const episodes = new Map<string, Episode>();
  for (const id of names) {
    const episode = await storage.getEpisode(id);
    if (episode) episodes.set(id, episode);
  }
  return { resumed: { checkpoint, training, episodes }, feedbackSequence };
}

function createKeptRun(
  id: string,
  resumed: Resumed | undefined,
  since: number,
  storage: Storage,
  lock: FolderLock,
): KeptRun {
  let sequence = since;
  /** A training that goes on makes its later policies anew. */
  let isFirst = true;
  let work: Promise<unknown> = Promise.resolve();
  /** One after the other; after a failure nothing more is written, and `written` says why. */
  function then(job: () => Promise<unknown>): void {
    work = work.then(job);
    work.catch(() => {}); // heard by `written`
  }
  const put = (episode: Episode) => storage.putEpisode(episode, { live: false });
  const run: KeptRun = {
    id,
    resumed,
    episode: (episode) => then(() => put(episode)),
    feedback: (feedback) =>
      then(async () => {
        ({ sequence } = await storage.appendFeedback(feedback));
      }),
    query: (query) => then(() => storage.putQueries([query])),
    metrics(step, time, values) {
      const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
      const learnerUpdates = values['train/learnerUpdates'] ?? 0;
      const point = { time, environmentSteps: step, learnerUpdates };
      then(() => storage.appendMetrics(id, { ...point, values: Object.fromEntries(finite) }));
    },
    published(version, applied, unused) {
      if (!isFirst && applied.length + unused.length === 0) return;
      const published = { version, applied, unused, isFirst, time: Date.now() };
      isFirst = false;
      then(() => storage.notePublished(id, published));
    },
    async written() {
      await work;
    },
    async save(checkpoint, training, { open: episode, time }) {
      if (episode) run.episode(episode);
      await work;
      const bytes = serialize(training);
      await storage.putCheckpoint(id, {
        checkpoint,
        feedbackSequence: sequence,
        savedAt: time,
        training: bytes,
      });
    },
    async close() {
      try {
        await work;
      } finally {
        await storage.close();
        lock.release();
      }
    },
  };
  return run;
}
