/**
 * A data set's folder. It is written beside its place, under `NAME.partial`, and takes its name only once all of
 * it is on disk: what was interrupted is never mistaken for a whole data set.
 */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { UsageError } from '../../experiments/errors.ts';
import { plainJson } from '../../server/storage/plain-numbers.ts';
import { NewFile, writeFile } from '../../server/storage/write-file.ts';
import type { Annotated, RunSource } from './source.ts';

/** What our own side of a data set is called in it; other programs do not look there. */
export const OWN = 'reins';

export interface Folder {
  /** Where it is written for now. */
  readonly path: string;
  /** A file in it, with its folders; closed with `finish`, or when the export fails. */
  open(...name: string[]): NewFile;
  write(content: string | Uint8Array, ...name: string[]): void;
}

/** @throws UsageError when `out` is something that no export of ours made. */
export async function writeFolder<T>(
  out: string,
  work: (folder: Folder) => Promise<T>,
): Promise<T> {
  if (existsSync(out) && !isOurs(out))
    throw new UsageError(
      `out: ${out} exists and is no export of reins, allowed a folder that does not exist yet`,
    );
  const path = `${out}.partial`;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const files: NewFile[] = [];
  const folder: Folder = {
    path,
    open(...name) {
      const file = new NewFile(join(path, ...name));
      files.push(file);
      return file;
    },
    write: (content, ...name) => writeFile(join(path, ...name), content),
  };
  try {
    const result = await work(folder);
    replace(out, path);
    return result;
  } catch (error) {
    for (const file of files) file.abandon();
    rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

const marker = (folder: string) => join(folder, OWN, 'export.json');

function isOurs(folder: string): boolean {
  return existsSync(marker(folder));
}

function replace(out: string, path: string): void {
  const old = `${out}.old`;
  rmSync(old, { recursive: true, force: true });
  mkdirSync(dirname(out), { recursive: true });
  if (existsSync(out)) renameSync(out, old);
  renameSync(path, out);
  rmSync(old, { recursive: true, force: true });
}

/** Last of all: what says that the folder is an export of ours, which the next may replace. */
export function markExport(folder: Folder, about: object): void {
  folder.write(`${JSON.stringify(about, null, 2)}\n`, OWN, 'export.json');
}

/** What a format cannot say, in lines of JSON: the run, the log, and of every episode what is no column. */
export function createOwnSide(folder: Folder, format: string) {
  const episodes = folder.open(OWN, 'episodes.jsonl');
  return {
    /** `index`: which episode of the data set it is. */
    add({ episode, row, startTime }: Annotated, index: number): void {
      const { id, seed, length, end, endReason, origin, branchOf, startedAt, configHash } = episode;
      const { bodies, summary, speed } = episode;
      const last = episode.observations.subarray(length * episode.observationSize);
      const line = {
        ...{ index, id, seed, length, end, endReason, origin, branchOf, startedAt, startTime },
        ...{ speed, configHash, bodies, live: row.live, summary, lastObservation: [...last] },
      };
      episodes.write(Buffer.from(`${plainJson(line)}\n`));
    },
    /** Last of all: with it the folder is an export. */
    finish({ run, feedback }: RunSource, counts: object): void {
      episodes.finish();
      folder.write(`${JSON.stringify(run, null, 2)}\n`, OWN, 'run.json');
      const lines = feedback.map((f) => `${plainJson({ sequence: f.sequence, ...f.feedback })}\n`);
      folder.write(lines.join(''), OWN, 'feedback.jsonl');
      markExport(folder, { format, ...counts });
    },
  };
}

export interface ExportCounts {
  readonly episodes: number;
  readonly steps: number;
  readonly feedback: number;
  /** Episodes whose file is missing or was set aside as corrupt. */
  readonly missing: number;
}

/** Of all files so far, as `sha256sum -c` reads it. @returns how many they are */
export function writeSums(folder: Folder): number {
  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(folder.path, join(file.parentPath, file.name)))
    .sort();
  const lines = files.map((name) => {
    const sum = hash('sha256', readFileSync(join(folder.path, name)), 'hex');
    return `${sum}  ${name.split(sep).join('/')}\n`;
  });
  folder.write(lines.join(''), 'SHA256SUMS');
  return files.length;
}
