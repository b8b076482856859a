/** A run that begins here as a form was filled in: as `reins serve` begins it with the same options. */
import { randomUUID } from 'node:crypto';
import { readPartSetting, readSetting } from '../../sim/setting-text.ts';
import type { Forms } from '../forms/contract.ts';
import { type Change, changesOf } from '../forms/settings.ts';
import type { RunWanted } from '../protocol/index.ts';
import type { Run } from '../storage/contract.ts';
import { hashOf, identityOf } from '../storage/identity.ts';
import { filesOf } from './wanted.ts';

/** Not stored yet. @throws RangeError naming what is wrong in the form */
export async function newRunOf(wanted: RunWanted, forms: Forms, createdAt: number): Promise<Run> {
  const { environment, preset, seed } = wanted;
  const changes = changesOf(wanted, forms, 'serve');
  const options = changes.filter(({ part }) => part === 'options');
  const environmentOptions = valuesOf(options, readSetting) as Readonly<Record<string, string>>;
  const overrides: Record<string, Record<string, unknown>> = {};
  for (const change of changes.filter(({ part }) => part !== 'options'))
    overrides[change.part] = { ...overrides[change.part], ...valuesOf([change], readPartSetting) };
  const { files, pathOptions } = await filesOf({ environment, environmentOptions });
  const asked = { environment, environmentOptions, files, pathOptions, preset, overrides };
  const identity = identityOf(asked);
  const id = `run-${randomUUID().slice(0, 8)}`;
  const about = { environmentId: environment, preset, seed, configHash: hashOf(identity) };
  return { id, ...about, createdAt, identity };
}

function valuesOf(changes: readonly Change[], read: (text: string) => unknown) {
  return Object.fromEntries(
    changes.map(({ part, key, text }) => {
      try {
        return [key, read(text)];
      } catch (error) {
        throw new RangeError(`settings.${part}.${key}: ${(error as Error).message}`);
      }
    }),
  );
}
