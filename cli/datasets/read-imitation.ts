/** Reads imitation's trajectories, a Hugging Face folder of Arrow streams. */
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordBatchReader } from 'apache-arrow';
import { UsageError } from '../../experiments/errors.ts';
import { RECORDED } from '../../sim/recorded/environment.ts';
import { box } from '../../sim/spaces.ts';
import { parsePythonJson } from './python-json.ts';
import type { Dataset, Read } from './read-episode.ts';
import { defined } from './read-lerobot.ts';

interface Row {
  readonly obs: Iterable<Iterable<number>>;
  readonly acts: Iterable<Iterable<number>>;
  readonly rews?: Iterable<number>;
  readonly infos: Iterable<string>;
  readonly terminal: boolean;
}

/** imitation does not say how long a step is. */
const STEP = 0.05;

/** @throws UsageError when there is no trajectory, or none of plain numbers. */
export async function readImitation(folder: string): Promise<Dataset> {
  let sizes: readonly [number, number] | undefined;
  for await (const row of rowsOf(folder)) {
    sizes = [width(row.obs, 'obs'), width(row.acts, 'acts')];
    break;
  }
  if (!sizes) throw new UsageError(`dataset: ${folder} has no trajectories`);
  const unbounded = (size: number) => box(-Infinity, Infinity, { size });
  return {
    spec: {
      environmentId: `${RECORDED}imitation`,
      observationSpace: unbounded(sizes[0]),
      actionSpace: unbounded(sizes[1]),
      controlDt: STEP,
    },
    async *episodes() {
      for await (const row of rowsOf(folder)) yield episodeOf(row);
    },
  };
}

async function* rowsOf(folder: string): AsyncGenerator<Row> {
  const state = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as {
    _data_files: { filename: string }[];
  };
  for (const { filename } of state._data_files) {
    const reader = await RecordBatchReader.from(createReadStream(join(folder, filename)));
    for await (const batch of reader) for (const row of batch) yield row!.toJSON() as never;
  }
}

function width(rows: Iterable<Iterable<number>>, name: string): number {
  const [first] = rows;
  const numbers = [...(typeof first === 'object' ? first : [])];
  if (numbers.length === 0 || numbers.some((v) => typeof v !== 'number'))
    throw new UsageError(`dataset: ${name} are no lists of numbers`);
  return numbers.length;
}

function episodeOf(row: Row): Read {
  const flat = (lists: Iterable<Iterable<number>>) => [...lists].flatMap((list) => [...list]);
  const infos = [...row.infos].map((text) => parsePythonJson(text) as Record<string, unknown>);
  const actions = [...row.acts].length;
  const [first = {}] = infos;
  const info = (name: string) =>
    name in first ? infos.flatMap((i) => i[name] as number | number[]) : undefined;
  return {
    observations: flat(row.obs),
    actions: flat(row.acts),
    rewards: info('env_reward') ?? (row.rews ? [...row.rews] : new Float32Array(actions)),
    isTerminated: row.terminal,
    ...defined({
      policyActions: info('policy_action'),
      costs: info('cost'),
      policyVersions: info('policy_version'),
      successes: 'success' in first ? infos.map((i) => i.success === true) : undefined,
      sources: 'source' in first ? infos.map((i) => String(i.source)) : undefined,
      seed: typeof first.seed === 'number' ? first.seed : undefined,
    }),
  };
}
