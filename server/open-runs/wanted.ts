/** What a run of the folder is made of, to go on with it as it was begun. */
import { existsSync } from 'node:fs';
import type { Run } from '../storage/contract.ts';
import { differences, hashOf, identityOf, type Wanted } from '../storage/identity.ts';
import { askThread } from '../threads/ask.ts';
import type { EnvironmentAsked, EnvironmentFiles } from './contract.ts';

/** Only a Python program has what it steps. */
const OF_PYTHON = 'gymnasium';

/** @throws RangeError with the way out, for a run that cannot go on as it was */
export async function wantedOf(run: Run): Promise<Wanted & { readonly seed: number }> {
  const { id, identity, places = {}, seed } = run;
  if (!identity)
    throw new RangeError(
      `run: ${id} is of an earlier version, which did not keep what it is made of: go on with it by reins serve --run ${id} and the options that it had`,
    );
  const { environment, preset, overrides, policy } = identity;
  if (policy)
    throw new RangeError(
      `run: ${id} is driven by the finished policy ${policy.name}: show it by reins serve --policy ${policy.name} --run ${id}`,
    );
  if (environment === OF_PYTHON)
    throw new RangeError(
      `run: ${id} steps an environment of Python, which its program serves: go on with it from there`,
    );
  for (const [option, path] of Object.entries(places))
    if (!existsSync(path))
      throw new RangeError(
        `${option}: ${path}, which ${id} was begun with, is gone: put it back, or say where it lies now with reins serve --run ${id}`,
      );
  const environmentOptions = { ...identity.options, ...places } as Wanted['environmentOptions'];
  const { files, pathOptions } = await filesOf({ environment, environmentOptions });
  const wanted = { environment, environmentOptions, files, pathOptions, preset, overrides, seed };
  const now = identityOf(wanted);
  if (hashOf(now) !== run.configHash)
    throw new RangeError(`run: ${id} is another now: ${differences(run, wanted, now).join('; ')}`);
  return wanted;
}

export function filesOf(asked: EnvironmentAsked): Promise<EnvironmentFiles> {
  const module = new URL('./worker.ts', import.meta.url).href;
  return askThread<EnvironmentFiles>(module, asked).catch(({ message }: Error) => {
    throw new RangeError(message);
  });
}
