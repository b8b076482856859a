/** Minari 0.5's Parquet layout: a file per episode, all of whose columns have one row more than there are steps. */
import { UsageError } from '../../experiments/errors.ts';
import type { BoxSpace } from '../../sim/contract.ts';
import { createParquet, type Fields } from './parquet-file.ts';
import { pythonJson } from './python-json.ts';
import { type Annotated, SOURCES } from './source.ts';
import { rowsOf } from './tables.ts';
import type { Writer } from './writer.ts';

/** Newest version of the layout that every Minari 0.5 reads. */
const VERSION = '0.5.4';
/** Arrow cuts longer files into batches, and Minari takes every batch for an episode. */
const MOST_ROWS = 131_071;

const FIELDS = {
  observations: 'FLOAT[]',
  actions: 'FLOAT[]',
  rewards: 'FLOAT',
  terminations: 'BOOLEAN',
  truncations: 'BOOLEAN',
  /** Row t + 1 is of step t; row 0 of the reset. */
  infos: {
    time: 'DOUBLE',
    env_reward: 'FLOAT',
    cost: 'FLOAT',
    success: 'BOOLEAN',
    source: 'STRING',
    driver: 'STRING',
    policy_action: 'FLOAT[]',
    policy_version: 'INT64',
    human_reward: 'FLOAT',
  },
} as const satisfies Fields;

/** @throws UsageError for a name that Minari cannot list, and for an episode that it would cut in two. */
export const writeMinari: Writer = ({ folder, source, name }) => {
  if (!/^[\w.-]+-v\d+$/.test(name))
    throw new UsageError(
      `out: ends in "${name}", allowed letters, digits, _ . - and a version, as in run-v0`,
    );
  const { spec } = source;
  let episodes = 0;
  let steps = 0;
  return {
    add(annotated, index) {
      const { length, seed, id, end, endReason, origin, branchOf, startedAt, speed } =
        annotated.episode;
      if (length + 1 > MOST_ROWS)
        throw new UsageError(
          `format: minari takes ${MOST_ROWS - 1} steps, episode ${id} has ${length}`,
        );
      const file = createParquet(folder.open('data', String(index), 'part-0.parquet'), FIELDS);
      file.write(cellsOf(annotated, spec.controlDt));
      file.finish();
      const about = { end, end_reason: endReason ?? '', origin, branch_of: branchOf ?? null };
      const meta = {
        id: index,
        total_steps: length,
        seed,
        episode_id: id,
        ...about,
        started_at: startedAt,
        speed: speed ?? null,
      };
      folder.write(pythonJson(meta), 'data', String(index), 'metadata.json');
      episodes++;
      steps += length;
    },
    finish() {
      const meta = {
        ...{ total_episodes: episodes, total_steps: steps, data_format: 'parquet' },
        ...{ dataset_id: name, minari_version: VERSION, jpeg_encoding: false },
        observation_space: boxJson(spec.observationSpace),
        action_space: boxJson(spec.actionSpace),
        description: `Run ${source.run.id} of ${spec.environmentId}, with people's feedback (reins)`,
      };
      folder.write(pythonJson(meta, 2), 'data', 'metadata.json');
    },
  };
};

function cellsOf(a: Annotated, controlDt: number) {
  const { episode } = a;
  const n = episode.length;
  const none = new Array<number>(episode.actionSize).fill(0);
  const last = n - 1;
  /** By step, and what stands in the row beyond the last. */
  const padded = <T>(read: (t: number) => T, beyond: T): T[] =>
    Array.from({ length: n + 1 }, (_, t) => (t < n ? read(t) : beyond));
  const proposed = rowsOf(episode, 'policyActions', n);
  const info = (row: number) => {
    const t = row - 1;
    return {
      time: a.startTime + row * controlDt,
      env_reward: episode.envRewards[t] ?? 0,
      cost: episode.costs[t] ?? 0,
      success: episode.successes[t] === 1,
      source: SOURCES[episode.sources[t] ?? 0]!,
      driver: a.drivers[t] ?? '',
      policy_action: proposed[t] ?? none.map(() => Number.NaN),
      policy_version: BigInt(episode.policyVersions[t] ?? 0),
      human_reward: a.humanRewards[t] ?? Number.NaN,
    };
  };
  return {
    observations: rowsOf(episode, 'observations', n + 1),
    actions: rowsOf(episode, 'actions', n + 1).map((row) => row ?? none),
    rewards: padded((t) => a.rewards[t]!, 0),
    terminations: padded((t) => t === last && episode.end === 'terminated', false),
    // What was broken off could have gone on: a learner must bootstrap there too.
    truncations: padded((t) => t === last && episode.end !== 'terminated', false),
    infos: Array.from({ length: n + 1 }, (_, row) => info(row)),
  };
}

/** Minari keeps a space as JSON in a string, bounds in full. */
export function boxJson({ size, low, high }: BoxSpace): string {
  const bounds = { low: [...low], high: [...high] };
  return pythonJson({ type: 'Box', dtype: 'float32', shape: [size], ...bounds });
}
