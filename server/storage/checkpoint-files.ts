/**
 * Checkpoints as files. A replay buffer is large: the thread that learns writes a draft straight from its arrays, and
 * the storage lets it take the place of the checkpoint before.
 */
import { existsSync, rmSync } from 'node:fs';
import type { Checkpoint } from '../../agent/contract.ts';
import { type Column, draftBinary, readBinary, writeBinaryInPieces } from './binary.ts';
import type { Storage, StoredCheckpoint } from './contract.ts';
import { adopt, temporaryName, type WriteOptions } from './write-file.ts';

/** The part of the storage that they are. */
export type CheckpointFiles = Pick<
  Storage,
  'putCheckpoint' | 'getCheckpoint' | 'newDraft' | 'adoptCheckpoint' | 'dropDraft'
>;

interface CheckpointMeta {
  readonly meta: Checkpoint['meta'];
  readonly feedbackSequence: number;
  readonly savedAt: number;
}

/** Beside the learner's arrays in a checkpoint's file. */
const TRAINING = 'training';

interface Content<Meta> {
  readonly meta: Meta;
  readonly columns: Readonly<Record<string, Column>>;
}

/** A checkpoint as head and columns of a binary file. */
export function packCheckpoint(stored: StoredCheckpoint): Content<CheckpointMeta> {
  const { checkpoint, training, feedbackSequence, savedAt } = stored;
  const meta: CheckpointMeta = { meta: checkpoint.meta, feedbackSequence, savedAt };
  const columns = training
    ? { ...checkpoint.arrays, [TRAINING]: Uint8Array.from(training) } // a Buffer is no column
    : checkpoint.arrays;
  return { meta, columns };
}

export function unpackCheckpoint({ meta, columns }: Content<unknown>): StoredCheckpoint {
  const m = meta as CheckpointMeta;
  const { [TRAINING]: training, ...arrays } = columns;
  return {
    checkpoint: { meta: m.meta, arrays: arrays as Record<string, Float32Array> },
    feedbackSequence: m.feedbackSequence,
    savedAt: m.savedAt,
    ...(training ? { training: training as Uint8Array } : {}),
  };
}

/**
 * Writes a draft before it returns, so that arrays may be views of what goes on changing. In any thread; it counts once
 * `adoptCheckpoint` has taken it.
 * @throws Error of the system when it cannot be written; nothing of it is left then.
 */
export function draftCheckpoint(draft: string, stored: StoredCheckpoint): void {
  const { meta, columns } = packCheckpoint(stored);
  draftBinary(draft, meta, columns);
}

/** `setAside`: what to do with a broken file. */
export function createCheckpointFiles(
  pathOf: (runId: string) => string,
  setAside: (path: string, name: string, error: unknown) => undefined,
  writing: WriteOptions,
): CheckpointFiles {
  let last: Promise<void> = Promise.resolve();
  let drafts = 0;

  /** One after the other: each makes the one before it the previous one. */
  function inTurn(runId: string, write: (path: string, options: WriteOptions) => Promise<void>) {
    const path = pathOf(runId);
    const written = last.then(() => write(path, { ...writing, previous: `${path}.previous` }));
    last = written.catch(() => {});
    return written;
  }

  function read(runId: string, suffix: string): StoredCheckpoint | undefined {
    const path = pathOf(runId) + suffix;
    if (!existsSync(path)) return undefined;
    try {
      return unpackCheckpoint(readBinary(path));
    } catch (error) {
      return setAside(path, `${runId}.checkpoint${suffix}`, error);
    }
  }

  return {
    putCheckpoint(runId, stored) {
      const { meta, columns } = packCheckpoint(stored);
      return inTurn(runId, (path, options) => writeBinaryInPieces(path, meta, columns, options));
    },
    newDraft: (runId) => temporaryName(`${pathOf(runId)}.${++drafts}`),
    adoptCheckpoint: (runId, draft) =>
      inTurn(runId, (path, options) => adopt(draft, path, options)),
    dropDraft: (draft) => rmSync(draft, { force: true }),
    getCheckpoint: async (runId) => read(runId, '') ?? read(runId, '.previous'),
  };
}
