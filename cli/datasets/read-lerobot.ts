/** Reads LeRobot v3.0: states and actions, without pictures. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { UsageError } from '../../experiments/errors.ts';
import { RECORDED } from '../../sim/recorded/environment.ts';
import { box } from '../../sim/spaces.ts';
import { parsePythonJson } from './python-json.ts';
import type { Dataset, Read } from './read-episode.ts';

interface Info {
  readonly codebase_version: string;
  readonly robot_type?: string | null;
  readonly fps: number;
  readonly total_episodes: number;
  readonly total_frames: number;
  readonly features: Readonly<Record<string, { dtype: string; shape: number[]; names?: unknown }>>;
}
type Row = Readonly<Record<string, unknown>>;

const STATE = 'observation.state';

/** @throws UsageError for another version, features that are missing, and files that hold less than they say. */
export function readLerobot(folder: string): Dataset {
  const info = parsePythonJson(readFileSync(join(folder, 'meta', 'info.json'), 'utf8')) as Info;
  if (info.codebase_version !== 'v3.0')
    throw new UsageError(`dataset: is LeRobot ${info.codebase_version}, allowed v3.0`);
  const size = (name: string) => {
    const shape = info.features[name]?.shape;
    if (shape?.length !== 1)
      throw new UsageError(
        `dataset: feature ${name} has shape ${JSON.stringify(shape ?? null)}, expected [n]`,
      );
    return shape[0]!;
  };
  const unbounded = (name: string) => {
    const names = info.features[name]?.names;
    const isList = Array.isArray(names) && names.length === size(name);
    return box(-Infinity, Infinity, {
      size: size(name),
      ...(isList ? { names: names.map(String) } : {}),
    });
  };
  return {
    spec: {
      environmentId: `${RECORDED}${info.robot_type || 'lerobot'}`,
      observationSpace: unbounded(STATE),
      actionSpace: unbounded('action'),
      controlDt: 1 / info.fps,
    },
    async *episodes() {
      let rows: Row[] = [];
      let episodes = 0;
      let frames = 0;
      for await (const row of rowsOf(folder)) {
        const [first] = rows;
        if (first && first.episode_index !== row.episode_index) {
          yield episodeOf(rows, info);
          episodes++;
          rows = [];
        }
        rows.push(row);
        frames++;
      }
      if (rows.length > 0) {
        yield episodeOf(rows, info);
        episodes++;
      }
      // LeRobot itself takes the numbers of info.json on trust.
      if (episodes !== info.total_episodes || frames !== info.total_frames)
        throw new UsageError(
          `dataset: has ${episodes} episodes of ${frames} frames, info.json says ${info.total_episodes} of ${info.total_frames}`,
        );
    },
  };
}

async function* rowsOf(folder: string): AsyncGenerator<Row> {
  const data = join(folder, 'data');
  const chunks = existsSync(data) ? readdirSync(data).sort() : [];
  for (const chunk of chunks)
    for (const name of readdirSync(join(data, chunk))
      .filter((n) => n.endsWith('.parquet'))
      .sort()) {
      const file = await asyncBufferFromFile(join(data, chunk, name));
      const metadata = await parquetMetadataAsync(file);
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const rowEnd = rowStart + Number(group.num_rows);
        yield* (await parquetReadObjects({ file, metadata, rowStart, rowEnd })) as Row[];
        rowStart = rowEnd;
      }
    }
}

function episodeOf(rows: readonly Row[], { features }: Info): Read {
  const numbers = (name: string) =>
    rows.flatMap((row) => row[name] as number | number[]).map(Number);
  const maybe = (...names: string[]) => {
    const name = names.find((candidate) => candidate in features);
    return name === undefined ? undefined : numbers(name);
  };
  const flags = (name: string) =>
    name in features ? rows.map((row) => row[name] === true) : undefined;
  const text = (name: string) =>
    name in features ? rows.map((row) => String(row[name])) : undefined;
  const intervention = flags('intervention')?.map((yes) => (yes ? 'human' : 'policy'));
  const optional = {
    policyActions: maybe('complementary_info.proposed_action'),
    costs: maybe('complementary_info.cost'),
    successes: flags('next.success'),
    sources: text('reins.source') ?? intervention,
    policyVersions: maybe('reins.policy_version'),
  };
  return {
    observations: numbers(STATE),
    actions: numbers('action'),
    rewards: maybe('reins.env_reward', 'next.reward', 'reward') ?? rows.map(() => 0),
    isTerminated: rows.at(-1)!['next.done'] === true,
    ...defined(optional),
  };
}

/** Without the fields that are absent. */
export function defined<T extends object>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as never;
}
