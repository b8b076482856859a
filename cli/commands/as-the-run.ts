/** Flags that a run answers: what it is made of, where nothing else is asked for. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../../experiments/errors.ts';
import type { Run } from '../../server/storage/contract.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';

export interface RunFlags {
  env: string;
  option: EnvironmentOptions;
  preset: string;
  set: Record<string, Record<string, unknown>>;
}

/** Whether a flag, a file or the environment gave it. */
export function isAsked(command: Command, name: string): boolean {
  const source = command.getOptionValueSource(name);
  return source !== undefined && source !== 'default';
}

/** @throws UsageError where files that the run is made of are no longer where they lay */
export function asTheRun(run: Run, command: Command): Partial<RunFlags> {
  const { environmentId, preset, identity, places } = run;
  const adopted: Partial<RunFlags> = {};
  if (!isAsked(command, 'env')) adopted.env = environmentId;
  if (!isAsked(command, 'preset')) adopted.preset = preset;
  if (!identity) return adopted;
  if (!isAsked(command, 'option')) {
    const gone = Object.entries(places ?? {}).find(([, path]) => !existsSync(path));
    if (gone)
      throw new UsageError(
        `${gone[0]}: ${gone[1]}, which ${run.id} was begun with, is gone; say where its files lie now (--mjcf, --mjcf-root, --task)`,
      );
    adopted.option = { ...identity.options, ...places };
  }
  if (!isAsked(command, 'set')) adopted.set = identity.overrides as RunFlags['set'];
  return adopted;
}
