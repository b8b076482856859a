/** Which run of a folder goes on, or that a new one begins, in words. */
import { randomUUID } from 'node:crypto';
import type { Run, Storage } from './contract.ts';
import { differences, hashOf, identityOf, isSame, placesOf, type Wanted } from './identity.ts';

export interface Choice {
  readonly record: Run;
  readonly isNew: boolean;
  /** What was chosen and why. */
  readonly words: string;
}

/**
 * The newest run that is the same, else a new one; with `runId` that one.
 * @throws RangeError for a run that is not there, or is another than what was asked for
 */
export async function chooseRun(
  storage: Pick<Storage, 'listRuns'>,
  wanted: Wanted,
  version: string,
  runId?: string,
): Promise<Choice> {
  const runs = await storage.listRuns();
  const identity = identityOf(wanted);
  if (runId !== undefined) {
    const named = runs.find((run) => run.id === runId || run.name === runId);
    if (!named) {
      const ids = runs.map((run) => run.id).join(', ') || 'none';
      throw new RangeError(`run: unknown id "${runId}", allowed ${ids}`);
    }
    if (!isSame(named, wanted, identity, version))
      throw new RangeError(
        `run: ${named.id} is another: ${differences(named, wanted, identity).join('; ')}`,
      );
    return { record: named, isNew: false, words: `run ${titleOf(named)} goes on` };
  }
  const same = runs.filter((run) => isSame(run, wanted, identity, version));
  const [newest] = same; // listed newest first
  if (newest) {
    const others = runs.length > 1 ? `, the newest of ${same.length} that match` : '';
    return { record: newest, isNew: false, words: `run ${titleOf(newest)} goes on${others}` };
  }
  const places = placesOf(wanted);
  const record: Run = {
    id: `run-${randomUUID().slice(0, 8)}`,
    environmentId: wanted.environment,
    preset: wanted.preset,
    seed: wanted.seed ?? 1,
    configHash: hashOf(identity),
    createdAt: Date.now(),
    identity,
    ...(places ? { places } : {}),
  };
  const [last] = runs;
  const why = last ? `; not ${last.id}: ${differences(last, wanted, identity).join('; ')}` : '';
  return { record, isNew: true, words: `run ${record.id} begins${why}` };
}

function titleOf({ id, name }: Run): string {
  return name === undefined ? id : `${id} (${name})`;
}
