/** Reads Minari 0.5: boxes of numbers, in Parquet or HDF5. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { UsageError } from '../../experiments/errors.ts';
import type { BoxSpace } from '../../sim/contract.ts';
import { RECORDED } from '../../sim/recorded/environment.ts';
import { box } from '../../sim/spaces.ts';
import { parsePythonJson } from './python-json.ts';
import type { Dataset, Read } from './read-episode.ts';
import { defined } from './read-lerobot.ts';

interface Metadata {
  readonly dataset_id: string;
  readonly data_format: string;
  readonly total_episodes: number;
  readonly observation_space: string;
  readonly action_space: string;
}

/** Minari does not say how long a step is; ours do. */
const STEP = 0.05;

/** @throws UsageError for spaces that are no boxes of one dimension, and for other storages. */
export function readMinari(folder: string): Dataset {
  const data = join(folder, 'data');
  const json = (...name: string[]) =>
    parsePythonJson(readFileSync(join(data, ...name), 'utf8')) as never;
  const metadata = json('metadata.json') as Metadata;
  const { data_format, dataset_id, total_episodes } = metadata;
  if (data_format !== 'parquet' && data_format !== 'hdf5')
    throw new UsageError(`dataset: is stored as ${data_format}, allowed parquet, hdf5`);
  return {
    spec: {
      environmentId: `${RECORDED}${dataset_id}`,
      observationSpace: spaceOf('observation_space', metadata.observation_space),
      actionSpace: spaceOf('action_space', metadata.action_space),
      controlDt: STEP,
    },
    async *episodes() {
      if (data_format === 'hdf5') {
        yield* fromHdf5(join(data, 'main_data.hdf5'), total_episodes);
        return;
      }
      for (let i = 0; i < total_episodes; i++) {
        const file = await asyncBufferFromFile(join(data, String(i), 'part-0.parquet'));
        const rows = (await parquetReadObjects({ file })) as Record<string, unknown>[];
        const { seed } = json(String(i), 'metadata.json') as { seed?: number };
        yield { ...fromRows(rows), ...defined({ seed }) };
      }
    },
  };
}

function spaceOf(name: string, text: string | undefined): BoxSpace {
  const space = JSON.parse(text === undefined ? 'null' : toPlain(text)) as {
    type: string;
    shape: number[];
    low: (number | string)[];
    high: (number | string)[];
  } | null;
  if (space?.type !== 'Box' || space.shape.length !== 1)
    throw new UsageError(
      `dataset: ${name} is ${space ? `${space.type} ${JSON.stringify(space.shape ?? null)}` : 'not given'}, allowed Box [n]`,
    );
  return box(space.low.map(Number), space.high.map(Number), { size: space.shape[0]! });
}

/** Python's literals as words, which `Number` reads. */
const toPlain = (text: string) => text.replace(/-?Infinity|NaN/g, '"$&"');

function fromRows(rows: readonly Record<string, unknown>[]): Read {
  const n = rows.length - 1;
  const numbers = (from: readonly Record<string, unknown>[], name: string) =>
    from.flatMap((row) => row[name] as number | number[]).map(Number);
  const steps = rows.slice(0, n);
  const infos = rows.slice(1).map((row) => (row.infos ?? {}) as Record<string, unknown>);
  const known = Object.keys(infos[0] ?? {});
  const info = (name: string) => (known.includes(name) ? numbers(infos, name) : undefined);
  return {
    observations: numbers(rows, 'observations'),
    actions: numbers(steps, 'actions'),
    rewards: info('env_reward') ?? numbers(steps, 'rewards'),
    isTerminated: steps.at(-1)?.terminations === true,
    ...defined({
      policyActions: info('policy_action'),
      costs: info('cost'),
      policyVersions: info('policy_version'),
      successes: known.includes('success') ? infos.map((i) => i.success === true) : undefined,
      sources: known.includes('source') ? infos.map((i) => String(i.source)) : undefined,
    }),
  };
}

async function* fromHdf5(path: string, episodes: number): AsyncGenerator<Read> {
  const h5wasm = await import('h5wasm/node');
  await h5wasm.ready;
  const file = new h5wasm.File(path, 'r');
  try {
    for (let i = 0; i < episodes; i++) {
      const values = (name: string): number[] => {
        const found = file.get(`episode_${i}/${name}`);
        if (!(found instanceof h5wasm.Dataset))
          throw new UsageError(
            `dataset: episode_${i}/${name} is no array, expected a box of numbers`,
          );
        return Array.from(found.value as ArrayLike<number | bigint>, Number);
      };
      yield {
        observations: values('observations'),
        actions: values('actions'),
        rewards: values('rewards'),
        isTerminated: values('terminations').at(-1) === 1,
      };
    }
  } finally {
    file.close();
  }
}
