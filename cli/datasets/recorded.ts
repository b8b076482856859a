/**
 * Runs that were imported from another program's data set: there is no environment to make, so the run itself
 * says what its observations and actions are.
 */
import { z } from 'zod';
import type { EnvironmentSpec } from '../../agent/contract.ts';
import type { Run, RunIdentity } from '../../server/storage/contract.ts';
import { fromPlain, toPlain } from '../../server/storage/plain-numbers.ts';
import type { BoxSpace } from '../../sim/contract.ts';
import { box } from '../../sim/spaces.ts';

/** Environments of imported runs are named `recorded:NAME`. */
export const RECORDED = 'recorded:';

const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).transform(fromPlain);
const spaceSchema = z.object({
  low: z.array(number),
  high: z.array(number),
  names: z.array(z.string()).optional(),
});
const optionsSchema = z.object({
  observation: spaceSchema,
  action: spaceSchema,
  controlDt: z.number().positive(),
});

/** undefined: the run is of an environment of ours. @throws z.ZodError when its description is damaged. */
export function recordedSpec({ environmentId, identity }: Run): EnvironmentSpec | undefined {
  if (!environmentId.startsWith(RECORDED)) return undefined;
  const { observation, action, controlDt } = optionsSchema.parse(identity?.options);
  return {
    environmentId,
    observationSpace: toBox(observation),
    actionSpace: toBox(action),
    controlDt,
  };
}

/** What a run of such episodes is made of. */
export function recordedIdentity(spec: EnvironmentSpec, preset: string): RunIdentity {
  const plain = ({ low, high, names }: BoxSpace) => ({
    low: [...low].map(toPlain),
    high: [...high].map(toPlain),
    ...(names ? { names: [...names] } : {}),
  });
  return {
    environment: spec.environmentId,
    options: {
      action: plain(spec.actionSpace),
      controlDt: spec.controlDt,
      observation: plain(spec.observationSpace),
    },
    files: [],
    preset,
    overrides: {},
  };
}

function toBox({ low, high, names }: z.output<typeof spaceSchema>): BoxSpace {
  return box(low, high, { size: low.length, ...(names ? { names } : {}) });
}
